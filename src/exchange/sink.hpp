// Where an importer puts what it read: items, rejects and notes. It counts both ends on its own, so that an importer
// which loses something is found out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sample/list_reader.hpp"
#include "sample/sample.hpp"

namespace ava::exchange {

/// in = out + rejected, for items and for annotations. Source: formats.md 14.
struct Counts {
  std::uint64_t items_in = 0;
  std::uint64_t items_out = 0;
  std::uint64_t items_rejected = 0;
  std::uint64_t annotations_in = 0;
  std::uint64_t annotations_out = 0;
  std::uint64_t annotations_rejected = 0;                   ///< listed themselves, or with their item
  std::uint64_t unlabelled = 0;                             ///< items without any annotation
  std::uint64_t files_ignored = 0;                          ///< that are neither pictures nor labels
  std::map<std::string, std::uint64_t, std::less<>> notes;  ///< changed on the way, or not carried over: how often
};

/// Thread: one at a time.
class Sink {
 public:
  using OnItem = std::function<Result<void>(const sample::Sample&)>;
  using OnReject = std::function<Result<void>(const sample::Reject&)>;
  Sink(OnItem on_item, OnReject on_reject) : on_item_(std::move(on_item)), on_reject_(std::move(on_reject)) {}

  /// Call when a source item or annotation is met, before it is known what becomes of it.
  void saw_item() { ++counts_.items_in; }
  void saw_annotations(std::uint64_t count) { counts_.annotations_in += count; }
  /// The entries of its labels are the annotations that got through.
  Result<void> item(const sample::Sample& sample);
  /// The item, and with it `annotations` that had been seen.
  Result<void> reject_item(sample::Reject reject, std::uint64_t annotations = 0);
  Result<void> reject_annotation(sample::Reject reject);
  void ignore(std::uint64_t files = 1) { counts_.files_ignored += files; }
  void note(std::string_view slug, std::uint64_t count = 1);

  const Counts& counts() const { return counts_; }
  /// Errors: `import.counts_open` when in is not out + rejected: a fault of the importer.
  Result<void> check_closed() const;

 private:
  OnItem on_item_;
  OnReject on_reject_;
  Counts counts_;
};

/// A reject at a place of a file. `url` is of the picture, or the name of the label file when no picture is known.
sample::Reject reject_at(std::string_view file, std::uint64_t line, std::string url, std::string slug,
                         std::string detail, std::string hint = {});
/// What went wrong with one file, as a reject. Line and column are those of the error's details, if it has them.
sample::Reject reject_of(std::string_view file, const Error& error);

}  // namespace ava::exchange
