#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"

namespace ava::augment {

namespace {

constexpr Description kDescription{.name = "invert",
                                   .title = "Invert",
                                   .doc = "Makes the negative: light becomes dark, red becomes cyan.",
                                   .labels = kLabelsStay,
                                   .family = Family::kPhotometric};

Result<void> change(image::Pixels& pixels, const Step&) {
  for (std::uint8_t& value : pixels.data) value = static_cast<std::uint8_t>(255 - value);
  return {};
}

}  // namespace

const Op& invert() {
  static const PixelOp op(kDescription, change);
  return op;
}

}  // namespace ava::augment
