// Histogram equalisation.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr std::array<std::string_view, 2> kEqualiseChannels = {"together", "each"};
constexpr std::array kEqualiseParameters = {
    Parameter{.name = "channels",
              .doc = "together: the brightness is treated and colours keep their tint; each: every channel by itself",
              .kind = ParameterKind::kChoice,
              .choices = kEqualiseChannels}};
constexpr Description kEqualiseDescription{
    .name = "equalise",
    .title = "Equalise",
    .doc = "Spreads values so that dark and light ones occur about equally often.",
    .labels = kLabelsStay,
    .family = Family::kPhotometric,
    .parameters = kEqualiseParameters};

Result<void> apply_equalise(image::Pixels& pixels, const Step& step) {
  image::equalise(pixels, step.text(0) == "each" ? image::By::kChannel : image::By::kLuma);
  return {};
}

}  // namespace

const Op& equalise() {
  static const PixelOp op(kEqualiseDescription, apply_equalise);
  return op;
}

}  // namespace ava::augment
