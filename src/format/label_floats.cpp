#include "format/label_floats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ava::format {

namespace {

/// Two fractions, the second one larger; at the far end it is the first that gives way.
void keep_apart(float& low, float& high) {
  if (high > low) return;
  if (low < 1)
    high = std::nextafter(low, 2.0f);
  else
    low = std::nextafter(high, 0.0f);
}

}  // namespace

std::vector<float> ones_at(std::span<const std::uint32_t> classes, std::size_t class_count) {
  std::vector<float> values(class_count, 0.0f);
  for (const std::uint32_t cls : classes)
    if (cls < class_count) values[cls] = 1;
  return values;
}

Result<std::vector<std::uint32_t>> places_of_ones(std::span<const float> values, std::string_view slug) {
  std::vector<std::uint32_t> places;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 1)
      places.push_back(static_cast<std::uint32_t>(i));
    else if (values[i] != 0)
      return Error(ErrorCode::kCorrupt, slug, fmt::format("class {} has the label {}, not 0 or 1", i, values[i]));
  }
  return places;
}

FloatBox fractions_of(const sample::Box& box, int width, int height) {
  const double wide = std::max(width, 1);
  const double high = std::max(height, 1);
  FloatBox out{static_cast<float>(box.x0 / wide), static_cast<float>(box.y0 / high), static_cast<float>(box.x1 / wide),
               static_cast<float>(box.y1 / high)};
  keep_apart(out.x0, out.x1);
  keep_apart(out.y0, out.y1);
  return out;
}

Result<sample::Box> box_of_fractions(const FloatBox& box, std::string_view slug) {
  for (const float edge : {box.x0, box.y0, box.x1, box.y1})
    if (!std::isfinite(edge)) return Error(ErrorCode::kCorrupt, slug, "an edge of a box is not a number");
  return sample::Box{box.x0, box.y0, box.x1, box.y1};
}

Result<std::uint32_t> class_of_float(float value, std::string_view slug) {
  constexpr float kMost = 16777216;  // above, float32 skips integers
  if (value >= 0 && value <= kMost && value == std::floor(value)) return static_cast<std::uint32_t>(value);
  return Error(ErrorCode::kCorrupt, slug, fmt::format("{} is no class index", value));
}

}  // namespace ava::format
