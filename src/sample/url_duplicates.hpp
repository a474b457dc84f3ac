// Finds urls that occur on several lines of a list, in 16 bytes per line: hashes are dealt out to partitions while the
// list is read, and each partition is searched by itself, by as many threads as there are.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

namespace ava::sample {

/// A line whose url stood on an earlier one.
struct UrlAgain {
  std::uint64_t line = 0;
  std::uint64_t first_line = 0;
  bool operator==(const UrlAgain&) const = default;
};

struct UrlDuplicates {
  std::uint64_t lines = 0;      ///< lines whose url stood on an earlier line
  std::uint64_t urls = 0;       ///< urls that stand on more than one line
  std::vector<UrlAgain> first;  ///< the first of those lines, in order
};

/// Gathers. Thread: one per thread. Two different urls are taken for equal with a chance of lines^2 / 2^65 (one in
/// 370,000 at ten million lines); the seed makes the choice of the urls no help.
class UrlCounter {
 public:
  /// All counters of one list need the same seed.
  explicit UrlCounter(std::uint64_t seed) : seed_(seed) {}
  /// Lines are counted from 1.
  void add(std::string_view url, std::uint64_t line);

  /// Look through all counters of a list. `show`: how many lines are named at most. The result does not depend on how
  /// the lines were dealt out to the counters.
  static UrlDuplicates find(std::span<const UrlCounter> counters, unsigned threads, std::size_t show = 20);

 private:
  struct Place {
    std::uint64_t hash = 0;
    std::uint64_t line = 0;
  };
  static constexpr std::size_t kPartitions = 256;
  static constexpr std::size_t kChunk = 512;
  static constexpr std::size_t kSlab = kPartitions * kChunk;  ///< places; 2 MiB, a large page
  static constexpr std::size_t kSlabBytes = kSlab * sizeof(Place);
  /// Grows without moving, so that no memory is held twice.
  struct Partition {
    Place* next = nullptr;
    Place* end = nullptr;  ///< of the last chunk
    std::vector<Place*> chunks;
    std::size_t size() const { return chunks.size() * kChunk - static_cast<std::size_t>(end - next); }
  };
  struct Free {
    void operator()(Place* slab) const { ::operator delete (slab, std::align_val_t{kSlabBytes}); }
  };

  void grow(Partition& part);
  static UrlDuplicates search(std::span<const UrlCounter> counters, std::size_t part, std::vector<Place>& table,
                              std::size_t show);

  std::uint64_t seed_;
  std::array<Partition, kPartitions> parts_;
  std::vector<std::unique_ptr<Place, Free>> slabs_;
  std::size_t slab_used_ = kSlab;
};

}  // namespace ava::sample
