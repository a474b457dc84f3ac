// Makes one plane of bytes smaller: every new sample is the mean of the area it covers. Integers only, so that the
// result is the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ava::image {

/// Box-filter weights along one edge: new sample j is the mean of the old ones from j * num / den to (j + 1) * num /
/// den.
class AreaWeights {
 public:
  static constexpr int kBits = 14;

  /// Units: samples; num >= den. What lies beyond the last old sample does not count.
  AreaWeights(int from, int to, std::int64_t num, std::int64_t den);
  int from() const { return from_; }
  int to() const { return to_; }
  /// Old samples that a new one is made of, a multiple of four; weights beyond what it covers are 0.
  int taps() const { return taps_; }
  int first(int j) const { return first_[static_cast<std::size_t>(j)]; }
  /// Four weights: of the old samples first(j) + 4 * group and on. Those of j + 1 follow.
  const std::int16_t* four(int group, int j) const { return weights_.data() + 4 * (group * padded_ + j); }
  /// to(), rounded up to a multiple of four.
  int padded() const { return static_cast<int>(padded_); }

 private:
  int from_;
  int to_;
  std::ptrdiff_t padded_;
  int taps_ = 0;
  std::vector<int> first_;
  std::vector<std::int16_t> weights_;
};

/// `across` and `down` of the same plane. Rows of `from` can be read, rows of `to` written, up to a multiple of eight.
void shrink_area(const AreaWeights& across, const AreaWeights& down, const std::uint8_t* from, std::size_t from_stride,
                 std::uint8_t* to, std::size_t to_stride);

}  // namespace ava::image
