// Labels as float vectors, for the records of MXNet and Caffe: a 0 or 1 for each class, and boxes as fractions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "format/labels.hpp"

namespace ava::format {

/// A 1 at each class the picture has, 0 elsewhere; `class_count` numbers.
std::vector<float> ones_at(std::span<const std::uint32_t> classes, std::size_t class_count);
/// The positions of the ones. Errors: kCorrupt `slug` for any number but 0 and 1.
Result<std::vector<std::uint32_t>> places_of_ones(std::span<const float> values, std::string_view slug);

/// The edges of a box. Units: fractions of the picture's width and height.
struct FloatBox {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};
/// Never empty, although float32 may not tell the edges of a very thin box apart: readers drop empty ones.
FloatBox fractions_of(const sample::Box& box, int width, int height);
/// Errors: kCorrupt `slug` for a number that is not finite.
Result<sample::Box> box_of_fractions(const FloatBox& box, std::string_view slug);
/// A class index stored as a float. Errors: kCorrupt `slug` when it is none.
Result<std::uint32_t> class_of_float(float value, std::string_view slug);

/// What a box may move by when its fractions are float32. Units: pixels; of a picture 65,535 wide.
inline constexpr double kFloatBoxError = 0.01;

}  // namespace ava::format
