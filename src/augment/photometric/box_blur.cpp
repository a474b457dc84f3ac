// Mean of a square.
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
                                              .max = 100,
                                              .low = 1,
                                              .high = 3}};
constexpr Description kDescription{.name = "box-blur",
                                   .title = "Box blur",
                                   .doc = "Blurs the picture: each pixel becomes the mean of a square.",
                                   .labels = kLabelsStay,
                                   .family = Family::kPhotometric,
                                   .parameters = kParameters,
                                   .identity = "box-blur/0"};

Result<void> change(image::Pixels& pixels, const Step& step) {
  return image::blur_box(pixels, static_cast<int>(step.number(0)));
}

}  // namespace

const Op& box_blur() {
  static const PixelOp op(kDescription, change);
  return op;
}

}  // namespace ava::augment
