#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"

namespace ava::augment {

namespace {

constexpr Description kInvertDescription{.name = "invert",
                                         .title = "Invert",
                                         .doc = "Makes the negative: light becomes dark, red becomes cyan.",
                                         .labels = kLabelsStay,
                                         .family = Family::kPhotometric};

Result<void> apply_invert(image::Pixels& pixels, const Step&) {
  for (std::uint8_t& value : pixels.data) value = static_cast<std::uint8_t>(255 - value);
  return {};
}

}  // namespace

const Op& invert() {
  static const PixelOp op(kInvertDescription, apply_invert);
  return op;
}

}  // namespace ava::augment
