// Mean of a square.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/filter.hpp"

namespace ava::augment {

namespace {

constexpr std::array kBoxBlurParameters = {Parameter{.name = "radius",
                                                     .doc = "Pixels to each side",
                                                     .unit = "pixels",
                                                     .kind = ParameterKind::kInteger,
                                                     .min = 0,
                                                     .max = 100,
                                                     .low = 1,
                                                     .high = 3}};
constexpr Description kBoxBlurDescription{.name = "box-blur",
                                          .title = "Box blur",
                                          .doc = "Blurs the picture: each pixel becomes the mean of a square.",
                                          .labels = kLabelsStay,
                                          .family = Family::kPhotometric,
                                          .parameters = kBoxBlurParameters,
                                          .identity = "box-blur/0"};

Result<void> apply_box_blur(image::Pixels& pixels, const Step& step) {
  return image::blur_box(pixels, static_cast<int>(step.number(0)));
}

}  // namespace

const Op& box_blur() {
  static const PixelOp op(kBoxBlurDescription, apply_box_blur);
  return op;
}

}  // namespace ava::augment
