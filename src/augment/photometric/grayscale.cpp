// Takes the colour away.
#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr Description kDescription{.name = "grayscale",
                                   .title = "Grayscale",
                                   .doc = "Takes all colour away; the picture keeps its channels.",
                                   .labels = kLabelsStay,
                                   .family = Family::kPhotometric};

Result<void> change(image::Pixels& pixels, const Step&) {
  image::scale_saturation(pixels, 0);
  return {};
}

}  // namespace

const Op& grayscale() {
  static const PixelOp op(kDescription, change);
  return op;
}

}  // namespace ava::augment
