#include <array>

#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/pixel_op.hpp"
#include "image/weather.hpp"

namespace ava::augment {

namespace {

constexpr std::array kParameters = {
    Parameter{.name = "amount", .doc = "How many streaks", .min = 0, .max = 1, .low = 0.3, .high = 0.8},
    Parameter{.name = "angle",
              .doc = "From falling straight; above 0 the wind blows to the left",
              .unit = "degrees",
              .min = -60,
              .max = 60,
              .low = -15,
              .high = 15},
    kSeedParameter};
constexpr Description kDescription{.name = "rain",
                                   .title = "Rain",
                                   .doc = "Draws falling streaks of rain and dims the light.",
                                   .labels = kLabelsStay,
                                   .family = Family::kPhotometric,
                                   .parameters = kParameters,
                                   .identity = "rain/0,0,0"};

Result<void> change(image::Pixels& pixels, const Step& step) {
  return image::add_rain(pixels, step.number(0), step.number(1), static_cast<std::uint64_t>(step.number(2)));
}

}  // namespace

const Op& rain() {
  static const PixelOp op(kDescription, change);
  return op;
}

}  // namespace ava::augment
