// Scales red, green and blue as another light would.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

/// At 1, red is half as strong again, and blue half as strong.
constexpr double kStrength = 0.5;
constexpr std::array kWhiteBalanceParameters = {Parameter{.name = "temperature",
                                                          .doc = "Above 0 warmer (orange), below 0 colder (blue)",
                                                          .min = -1,
                                                          .max = 1,
                                                          .low = -0.4,
                                                          .high = 0.4},
                                                Parameter{.name = "tint",
                                                          .doc = "Above 0 towards magenta, below 0 towards green",
                                                          .min = -1,
                                                          .max = 1,
                                                          .low = -0.1,
                                                          .high = 0.1}};
constexpr Description kWhiteBalanceDescription{
    .name = "white-balance",
    .title = "White balance",
    .doc = "Shows the picture as if its light were warmer or colder; grey pictures stay as they are.",
    .labels = kLabelsStay,
    .family = Family::kPhotometric,
    .parameters = kWhiteBalanceParameters,
    .identity = "white-balance/0,0"};

Result<void> apply_white_balance(image::Pixels& pixels, const Step& step) {
  if (pixels.channels == 1) return {};
  const double warmth = kStrength * step.number(0);
  const double tint = kStrength * step.number(1);
  std::array<double, 3> gains = {1 + warmth + tint / 2, 1 - tint / 2, 1 - warmth + tint / 2};
  const double light = 0.299 * gains[0] + 0.587 * gains[1] + 0.114 * gains[2];  // a white wall keeps its brightness
  std::array<image::Table, 3> tables{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double gain = gains[c] / light;
    tables[c] = image::table_of([gain](double v) { return v * gain; });
  }
  apply_tables(pixels, tables);
  return {};
}

}  // namespace

const Op& white_balance() {
  static const PixelOp op(kWhiteBalanceDescription, apply_white_balance);
  return op;
}

}  // namespace ava::augment
