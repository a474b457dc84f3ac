// Noise of a camera sensor.
#include <array>

#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/pixel_op.hpp"
#include "image/noise.hpp"

namespace ava::augment {

namespace {

constexpr std::array kIsoNoiseParameters = {Parameter{.name = "colour-shift",
                                                      .doc = "Blotches of colour",
                                                      .unit = "fraction of the whole range",
                                                      .min = 0,
                                                      .max = 0.5,
                                                      .low = 0.01,
                                                      .high = 0.04},
                                            Parameter{.name = "intensity",
                                                      .doc = "Grain; more in light parts",
                                                      .unit = "times 25 of 255 grey values in white",
                                                      .min = 0,
                                                      .max = 2,
                                                      .low = 0.1,
                                                      .high = 0.5},
                                            kSeedParameter};
constexpr Description kIsoNoiseDescription{
    .name = "iso-noise",
    .title = "ISO noise",
    .doc = "Adds the grain and the blotches of colour of a camera in little light.",
    .labels = kLabelsStay,
    .family = Family::kPhotometric,
    .parameters = kIsoNoiseParameters,
    .identity = "iso-noise/0,0,0"};

Result<void> apply_iso_noise(image::Pixels& pixels, const Step& step) {
  image::add_sensor_noise(pixels, step.number(0), step.number(1), static_cast<std::uint64_t>(step.number(2)));
  return {};
}

}  // namespace

const Op& iso_noise() {
  static const PixelOp op(kIsoNoiseDescription, apply_iso_noise);
  return op;
}

}  // namespace ava::augment
