// Moves colours away from the grey of their brightness, or towards it.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr std::array kSaturationParameters = {Parameter{.name = "amount",
                                                        .doc = "Above 0 stronger, below 0 paler; -1 leaves grey",
                                                        .min = -1,
                                                        .max = 4,
                                                        .low = -0.3,
                                                        .high = 0.3}};
constexpr Description kSaturationDescription{.name = "saturation",
                                             .title = "Saturation",
                                             .doc = "Makes colours stronger or paler; grey pictures stay as they are.",
                                             .labels = kLabelsStay,
                                             .family = Family::kPhotometric,
                                             .parameters = kSaturationParameters,
                                             .identity = "saturation/0"};

Result<void> apply_saturation(image::Pixels& pixels, const Step& step) {
  image::scale_saturation(pixels, 1 + step.number(0));
  return {};
}

}  // namespace

const Op& saturation() {
  static const PixelOp op(kSaturationDescription, apply_saturation);
  return op;
}

}  // namespace ava::augment
