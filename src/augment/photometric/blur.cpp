#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/filter.hpp"

namespace ava::augment {

namespace {

constexpr std::array kBlurParameters = {Parameter{
    .name = "sigma", .doc = "Width of the bell curve", .unit = "pixels", .min = 0, .max = 50, .low = 0.5, .high = 2}};
constexpr Description kBlurDescription{.name = "blur",
                                       .title = "Gaussian blur",
                                       .doc = "Blurs the picture softly, as a lens out of focus does.",
                                       .labels = kLabelsStay,
                                       .family = Family::kPhotometric,
                                       .parameters = kBlurParameters,
                                       .identity = "blur/0"};

Result<void> apply_blur(image::Pixels& pixels, const Step& step) {
  return image::blur_gaussian(pixels, step.number(0));
}

}  // namespace

const Op& blur() {
  static const PixelOp op(kBlurDescription, apply_blur);
  return op;
}

}  // namespace ava::augment
