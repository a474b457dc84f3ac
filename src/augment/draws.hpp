// The random numbers of one item at one node: a function of (seed, node, picture, copy), never of time or thread.
#pragma once

#include <cstdint>

#include "base/random.hpp"

namespace ava::augment {

/// Thread: one at a time.
class Draws {
 public:
  explicit Draws(std::uint64_t key) : key_(key) {}
  /// In [0, 1).
  double unit() { return random_unit(key_, counter_++); }
  double between(double low, double high) { return low + (high - low) * unit(); }
  /// 0 .. bound-1.
  std::uint64_t below(std::uint64_t bound) { return random_below(key_, counter_++, bound); }
  bool chance(double probability) { return unit() < probability; }

 private:
  std::uint64_t key_;
  std::uint64_t counter_ = 0;
};

}  // namespace ava::augment
