#include <array>

#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/pixel_op.hpp"
#include "image/weather.hpp"

namespace ava::augment {

namespace {

constexpr std::array kRainParameters = {
    Parameter{.name = "amount", .doc = "How many streaks", .min = 0, .max = 1, .low = 0.3, .high = 0.8},
    Parameter{.name = "angle",
              .doc = "From falling straight; above 0 the wind blows to the left",
              .unit = "degrees",
              .min = -60,
              .max = 60,
              .low = -15,
              .high = 15},
    kSeedParameter};
constexpr Description kRainDescription{.name = "rain",
                                       .title = "Rain",
                                       .doc = "Draws falling streaks of rain and dims the light.",
                                       .labels = kLabelsStay,
                                       .family = Family::kPhotometric,
                                       .parameters = kRainParameters,
                                       .identity = "rain/0,0,0"};

Result<void> apply_rain(image::Pixels& pixels, const Step& step) {
  return image::add_rain(pixels, step.number(0), step.number(1), static_cast<std::uint64_t>(step.number(2)));
}

}  // namespace

const Op& rain() {
  static const PixelOp op(kRainDescription, apply_rain);
  return op;
}

}  // namespace ava::augment
