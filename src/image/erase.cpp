#include "image/erase.hpp"

#include <algorithm>
#include <cstddef>

#include "base/random.hpp"

namespace ava::image {

namespace {

using Ink = std::array<std::uint8_t, 3>;

Ink mean_of(const Pixels& pixels) {
  std::array<std::uint64_t, 3> sums{};
  const auto channels = static_cast<std::size_t>(pixels.channels);
  for (std::size_t i = 0; i < pixels.data.size(); i += channels)
    for (std::size_t c = 0; c < channels; ++c) sums[c] += pixels.data[i + c];
  const std::uint64_t count = std::max<std::uint64_t>(pixels.data.size() / channels, 1);
  Ink mean{};
  for (std::size_t c = 0; c < 3; ++c) mean[c] = static_cast<std::uint8_t>((sums[c] + count / 2) / count);
  return mean;
}

/// Of all paints but noise.
Ink ink_of(const Pixels& pixels, Paint paint, std::uint64_t seed) {
  if (paint == Paint::kMean) return mean_of(pixels);
  if (paint == Paint::kColour) {
    const std::uint64_t bits = random_at(seed, 0);
    return {static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(bits >> 8),
            static_cast<std::uint8_t>(bits >> 16)};
  }
  const std::uint8_t value = paint == Paint::kWhite ? 255 : paint == Paint::kGrey ? 128 : 0;
  return {value, value, value};
}

/// Paints rows of pixels, one after the other.
class Brush {
 public:
  Brush(Pixels& pixels, Paint paint, std::uint64_t seed)
      : pixels_(pixels), noise_(paint == Paint::kNoise), seed_(seed), ink_(ink_of(pixels, paint, seed)) {}

  void row(const Area& part, int y) {
    const auto channels = static_cast<std::size_t>(pixels_.channels);
    const std::size_t first =
        static_cast<std::size_t>(y) * static_cast<std::size_t>(pixels_.width) + static_cast<std::size_t>(part.x);
    const std::size_t begin = first * channels;
    const std::size_t end = begin + static_cast<std::size_t>(part.width) * channels;
    for (std::size_t i = begin; i < end; ++i) pixels_.data[i] = noise_ ? draw() : ink_[(i - begin) % channels];
  }

 private:
  std::uint8_t draw() {
    if (counter_ % 8 == 0) word_ = random_at(seed_, counter_ / 8);
    return static_cast<std::uint8_t>(word_ >> (8 * (counter_++ % 8)));
  }

  Pixels& pixels_;
  bool noise_;
  std::uint64_t seed_;
  Ink ink_;
  std::uint64_t counter_ = 0;
  std::uint64_t word_ = 0;
};

}  // namespace

Paint paint_of(std::string_view name) {
  const auto* const found = std::find(kPaints.begin(), kPaints.end(), name);
  return found == kPaints.end() ? Paint::kBlack : static_cast<Paint>(found - kPaints.begin());
}

void erase_area(Pixels& pixels, const Area& area, Paint paint, std::uint64_t seed) {
  const Area part = inside(area, pixels.width, pixels.height);
  Brush brush(pixels, paint, seed);
  for (int y = part.y; y < part.y + part.height; ++y) brush.row(part, y);
}

void erase_grid(Pixels& pixels, const Grid& grid, Paint paint, std::uint64_t seed) {
  const int cell = std::max(grid.cell, 1);
  if (grid.hole <= 0) return;
  const int left = -(((grid.x % cell) + cell) % cell);
  const int top = -(((grid.y % cell) + cell) % cell);
  Brush brush(pixels, paint, seed);
  for (int y = 0; y < pixels.height; ++y) {
    if ((y - top) % cell >= grid.hole) continue;
    for (int x = left; x < pixels.width; x += cell) {
      const Area part = inside({x, y, std::min(grid.hole, cell), 1}, pixels.width, pixels.height);
      if (part.width > 0) brush.row(part, y);
    }
  }
}

}  // namespace ava::image
