// Moves the pixels of a picture by a 3x3 matrix or by a field of positions. Turns by quarters, mirrorings and cuts copy
// pixels; everything else interpolates.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "image/codec.hpp"

namespace ava::image {

/// What lies outside the picture: one value in every channel, or its edge pixels, or its mirror image.
struct Border {
  enum class Mode : std::uint8_t { kConstant, kEdge, kMirror };
  Mode mode = Mode::kConstant;
  std::uint8_t value = 0;
};

/// The largest edge a warp can read or write, in pixels.
inline constexpr int kMaxWarpEdge = 32000;

/// `matrix`, row by row, takes continuous positions of `from` to those of the width x height result (pixel centres at
/// .5). Scaling along the axes averages areas when it shrinks. Errors: `warp.singular`, `picture.too_large`.
Result<Pixels> warp(const Pixels& from, const std::array<double, 9>& matrix, int width, int height, Border border);

/// Pixel i of the result (row by row) comes from the continuous position x[i], y[i] of `from`, bilinear.
/// Shape: x and y have width * height values. Errors: `picture.too_large`.
Result<Pixels> remap(const Pixels& from, std::span<const float> x, std::span<const float> y, int width, int height,
                     Border border);

}  // namespace ava::image
