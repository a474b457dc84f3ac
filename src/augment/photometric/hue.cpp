// Turns the colour circle.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr std::array kHueParameters = {Parameter{.name = "angle",
                                                 .doc = "From red over green to blue",
                                                 .unit = "degrees",
                                                 .min = -180,
                                                 .max = 180,
                                                 .low = -18,
                                                 .high = 18}};
constexpr Description kHueDescription{.name = "hue",
                                      .title = "Hue",
                                      .doc = "Turns all colours along the colour circle; grey stays grey.",
                                      .labels = kLabelsStay,
                                      .family = Family::kPhotometric,
                                      .parameters = kHueParameters,
                                      .identity = "hue/0"};

Result<void> apply_hue(image::Pixels& pixels, const Step& step) {
  image::shift_hue(pixels, step.number(0));
  return {};
}

}  // namespace

const Op& hue() {
  static const PixelOp op(kHueDescription, apply_hue);
  return op;
}

}  // namespace ava::augment
