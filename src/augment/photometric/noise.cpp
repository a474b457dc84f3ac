#include <array>

#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/pixel_op.hpp"
#include "image/noise.hpp"

namespace ava::augment {

namespace {

constexpr std::array<std::string_view, 2> kChannels = {"each", "together"};
constexpr std::array kParameters = {Parameter{.name = "sigma",
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
                                              .choices = kChannels}};
constexpr Description kDescription{.name = "noise",
                                   .title = "Noise",
                                   .doc = "Adds noise: a random amount to each value, many small and few large ones.",
                                   .labels = kLabelsStay,
                                   .family = Family::kPhotometric,
                                   .parameters = kParameters,
                                   .identity = "noise/0,0"};

Result<void> change(image::Pixels& pixels, const Step& step) {
  image::add_noise(pixels, step.number(0), step.text(2) == "together", static_cast<std::uint64_t>(step.number(1)));
  return {};
}

}  // namespace

const Op& noise() {
  static const PixelOp op(kDescription, change);
  return op;
}

}  // namespace ava::augment
