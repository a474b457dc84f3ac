// Counts of a list by label and class: what the statistics page and the original's List and Get calls show.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sample/sample.hpp"

namespace ava::sample {

struct ClassCount {
  std::string cls;
  std::uint64_t count = 0;
};

/// One classification or detection label.
struct LabelCount {
  LabelKey key;
  std::uint64_t total = 0;        ///< classification: items with a class; detection: boxes
  std::uint64_t images = 0;       ///< items that carry this label with at least one entry
  std::uint64_t unlabelled = 0;   ///< items of the list without such an entry
  std::vector<ClassCount> count;  ///< by class name in UTF-8 byte order
};

struct FaceCount {
  std::uint64_t total = 0;  ///< face records with a cluster id
  std::uint64_t max = 0;    ///< faces in the largest cluster
  std::uint64_t min = 0;
};

/// The finished table. Source: formats.md 3.
struct LabelStats {
  std::uint64_t file_count = 0;
  std::vector<LabelCount> labels;  ///< classification first, then detection, by name; face labels only in `face`
  FaceCount face;
  std::uint64_t total_image_bytes = 0;
  std::uint64_t total_image_dimension = 0;
  bool labelled() const { return !labels.empty() || face.total > 0; }
  const LabelCount* find(const LabelKey& key) const;
  /// The object of formats.md 3 with all four keys (`classification`, `class`, `detection`, `detect`).
  std::string to_original_json() const;
};

/// Gathers. Thread: one per thread, then merge(). Memory grows with distinct classes and clusters only.
class StatsCounter {
 public:
  StatsCounter();
  ~StatsCounter();
  StatsCounter(StatsCounter&&) noexcept;
  StatsCounter& operator=(StatsCounter&&) noexcept;
  void add(const SampleView& sample);
  void add_picture(std::uint64_t bytes, std::uint64_t dimension);
  void merge(const StatsCounter& other);
  LabelStats finish() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ava::sample
