// Histogram equalisation.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr std::array<std::string_view, 2> kChannels = {"together", "each"};
constexpr std::array kParameters = {
    Parameter{.name = "channels",
              .doc = "together: the brightness is treated and colours keep their tint; each: every channel by itself",
              .kind = ParameterKind::kChoice,
              .choices = kChannels}};
constexpr Description kDescription{.name = "equalise",
                                   .title = "Equalise",
                                   .doc = "Spreads values so that dark and light ones occur about equally often.",
                                   .labels = kLabelsStay,
                                   .family = Family::kPhotometric,
                                   .parameters = kParameters};

Result<void> change(image::Pixels& pixels, const Step& step) {
  image::equalise(pixels, step.text(0) == "each" ? image::By::kChannel : image::By::kLuma);
  return {};
}

}  // namespace

const Op& equalise() {
  static const PixelOp op(kDescription, change);
  return op;
}

}  // namespace ava::augment
