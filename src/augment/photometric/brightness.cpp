// Adds light, the same everywhere.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr std::array kBrightnessParameters = {Parameter{.name = "amount",
                                                        .doc = "Above 0 lighter, below 0 darker",
                                                        .unit = "fraction of the whole range",
                                                        .min = -1,
                                                        .max = 1,
                                                        .low = -0.2,
                                                        .high = 0.2}};
constexpr Description kBrightnessDescription{.name = "brightness",
                                             .title = "Brightness",
                                             .doc = "Makes the picture lighter or darker, the same everywhere.",
                                             .labels = kLabelsStay,
                                             .family = Family::kPhotometric,
                                             .parameters = kBrightnessParameters,
                                             .identity = "brightness/0"};

Result<void> apply_brightness(image::Pixels& pixels, const Step& step) {
  const double by = 255 * step.number(0);
  apply_table(pixels, image::table_of([by](double v) { return v + by; }));
  return {};
}

}  // namespace

const Op& brightness() {
  static const PixelOp op(kBrightnessDescription, apply_brightness);
  return op;
}

}  // namespace ava::augment
