#include <array>

#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/pixel_op.hpp"
#include "image/noise.hpp"

namespace ava::augment {

namespace {

constexpr std::array<std::string_view, 2> kNoiseChannels = {"each", "together"};
constexpr std::array kNoiseParameters = {Parameter{.name = "sigma",
                                                   .doc = "Standard deviation",
                                                   .unit = "fraction of the whole range",
                                                   .min = 0,
                                                   .max = 1,
                                                   .low = 0.01,
                                                   .high = 0.05},
                                         kSeedParameter,
                                         Parameter{.name = "channels",
                                                   .doc = "each: coloured noise; together: the same in all channels",
                                                   .kind = ParameterKind::kChoice,
                                                   .choices = kNoiseChannels}};
constexpr Description kNoiseDescription{
    .name = "noise",
    .title = "Noise",
    .doc = "Adds noise: a random amount to each value, many small and few large ones.",
    .labels = kLabelsStay,
    .family = Family::kPhotometric,
    .parameters = kNoiseParameters,
    .identity = "noise/0,0"};

Result<void> apply_noise(image::Pixels& pixels, const Step& step) {
  image::add_noise(pixels, step.number(0), step.text(2) == "together", static_cast<std::uint64_t>(step.number(1)));
  return {};
}

}  // namespace

const Op& noise() {
  static const PixelOp op(kNoiseDescription, apply_noise);
  return op;
}

}  // namespace ava::augment
