// Stretches the values that occur over the whole range.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr std::array<std::string_view, 2> kAutoContrastChannels = {"together", "each"};
constexpr std::array kAutoContrastParameters = {
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
              .choices = kAutoContrastChannels}};
constexpr Description kAutoContrastDescription{.name = "auto-contrast",
                                               .title = "Auto contrast",
                                               .doc = "Makes the darkest value black and the lightest white.",
                                               .labels = kLabelsStay,
                                               .family = Family::kPhotometric,
                                               .parameters = kAutoContrastParameters};

Result<void> apply_auto_contrast(image::Pixels& pixels, const Step& step) {
  image::stretch(pixels, step.number(0), step.text(1) == "each" ? image::By::kChannel : image::By::kLuma);
  return {};
}

}  // namespace

const Op& auto_contrast() {
  static const PixelOp op(kAutoContrastDescription, apply_auto_contrast);
  return op;
}

}  // namespace ava::augment
