// Median of a square.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/filter.hpp"

namespace ava::augment {

namespace {

constexpr std::array kMedianBlurParameters = {Parameter{.name = "radius",
                                                        .doc = "Pixels to each side",
                                                        .unit = "pixels",
                                                        .kind = ParameterKind::kInteger,
                                                        .min = 0,
                                                        .max = 30,
                                                        .low = 1,
                                                        .high = 2}};
constexpr Description kMedianBlurDescription{.name = "median-blur",
                                             .title = "Median blur",
                                             .doc = "Takes single pixels and fine lines away; edges stay sharp.",
                                             .labels = kLabelsStay,
                                             .family = Family::kPhotometric,
                                             .parameters = kMedianBlurParameters,
                                             .identity = "median-blur/0"};

Result<void> apply_median_blur(image::Pixels& pixels, const Step& step) {
  return image::blur_median(pixels, static_cast<int>(step.number(0)));
}

}  // namespace

const Op& median_blur() {
  static const PixelOp op(kMedianBlurDescription, apply_median_blur);
  return op;
}

}  // namespace ava::augment
