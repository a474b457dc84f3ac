// Which of many 64-bit fingerprints lie within a few bits of each other: multi-index hashing, and the sets that follow.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace ava::pipeline {

/// Disjoint sets of numbers. Memory: 4 bytes a number. Thread: not thread-safe.
class DisjointSets {
 public:
  explicit DisjointSets(std::uint32_t count);
  /// The smallest number of the set `item` is in.
  std::uint32_t find(std::uint32_t item);
  /// False when they were together already.
  bool unite(std::uint32_t a, std::uint32_t b);
  std::uint32_t count() const { return static_cast<std::uint32_t>(parent_.size()); }

 private:
  std::vector<std::uint32_t> parent_;
};

/// Farthest two fingerprints can be and still be looked for.
inline constexpr int kMostNearBits = 15;

/// Calls `found(a, b, bits)` for pairs of positions whose hashes differ in at most `most_bits` bits, such that
/// everything near is connected: of equal hashes each is paired with the first only; every pair of different ones is
/// told once. Fingerprints that say nothing (all bits equal: flat pictures) are left alone. Order: fixed. Cost: the
/// hashes are cut in most_bits + 1 bands; two near ones agree in one of them. Memory: 16 bytes a hash.
void each_near(std::span<const std::uint64_t> hashes, int most_bits,
               const std::function<void(std::uint32_t, std::uint32_t, int)>& found);

}  // namespace ava::pipeline
