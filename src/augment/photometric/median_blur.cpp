// Median of a square.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/filter.hpp"

namespace ava::augment {

namespace {

constexpr std::array kParameters = {Parameter{.name = "radius",
                                              .doc = "Pixels to each side",
                                              .unit = "pixels",
                                              .kind = ParameterKind::kInteger,
                                              .min = 0,
                                              .max = 30,
                                              .low = 1,
                                              .high = 2}};
constexpr Description kDescription{.name = "median-blur",
                                   .title = "Median blur",
                                   .doc = "Takes single pixels and fine lines away; edges stay sharp.",
                                   .labels = kLabelsStay,
                                   .family = Family::kPhotometric,
                                   .parameters = kParameters,
                                   .identity = "median-blur/0"};

Result<void> change(image::Pixels& pixels, const Step& step) {
  return image::blur_median(pixels, static_cast<int>(step.number(0)));
}

}  // namespace

const Op& median_blur() {
  static const PixelOp op(kDescription, change);
  return op;
}

}  // namespace ava::augment
