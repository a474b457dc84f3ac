#include <array>

#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/pixel_op.hpp"
#include "image/weather.hpp"

namespace ava::augment {

namespace {

constexpr std::array kFogParameters = {
    Parameter{.name = "density", .doc = "How much is hidden", .min = 0, .max = 1, .low = 0.2, .high = 0.5},
    kSeedParameter};
constexpr Description kFogDescription{.name = "fog",
                                      .title = "Fog",
                                      .doc = "Lays fog over the picture, thicker in some places.",
                                      .labels = kLabelsStay,
                                      .family = Family::kPhotometric,
                                      .parameters = kFogParameters,
                                      .identity = "fog/0,0"};

Result<void> apply_fog(image::Pixels& pixels, const Step& step) {
  image::add_fog(pixels, step.number(0), static_cast<std::uint64_t>(step.number(1)));
  return {};
}

}  // namespace

const Op& fog() {
  static const PixelOp op(kFogDescription, apply_fog);
  return op;
}

}  // namespace ava::augment
