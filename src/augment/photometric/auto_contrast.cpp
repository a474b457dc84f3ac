// Stretches the values that occur over the whole range.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr std::array<std::string_view, 2> kChannels = {"together", "each"};
constexpr std::array kParameters = {
    Parameter{.name = "cutoff",
              .doc = "Darkest and lightest pixels that do not count",
              .unit = "fraction of the pixels at each end",
              .min = 0,
              .max = 0.49,
              .low = 0.005,
              .high = 0.005},
    Parameter{.name = "channels",
              .doc = "together: all channels alike; each: every channel by itself, which changes tints",
              .kind = ParameterKind::kChoice,
              .choices = kChannels}};
constexpr Description kDescription{.name = "auto-contrast",
                                   .title = "Auto contrast",
                                   .doc = "Makes the darkest value black and the lightest white.",
                                   .labels = kLabelsStay,
                                   .family = Family::kPhotometric,
                                   .parameters = kParameters};

Result<void> change(image::Pixels& pixels, const Step& step) {
  image::stretch(pixels, step.number(0), step.text(1) == "each" ? image::By::kChannel : image::By::kLuma);
  return {};
}

}  // namespace

const Op& auto_contrast() {
  static const PixelOp op(kDescription, change);
  return op;
}

}  // namespace ava::augment
