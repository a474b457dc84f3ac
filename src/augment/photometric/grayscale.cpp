// Takes the colour away.
#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr Description kGrayscaleDescription{.name = "grayscale",
                                            .title = "Grayscale",
                                            .doc = "Takes all colour away; the picture keeps its channels.",
                                            .labels = kLabelsStay,
                                            .family = Family::kPhotometric};

Result<void> apply_grayscale(image::Pixels& pixels, const Step&) {
  image::scale_saturation(pixels, 0);
  return {};
}

}  // namespace

const Op& grayscale() {
  static const PixelOp op(kGrayscaleDescription, apply_grayscale);
  return op;
}

}  // namespace ava::augment
