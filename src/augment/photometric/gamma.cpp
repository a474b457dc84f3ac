// Raises values to a power: middle tones move, black and white stay.
#include <array>
#include <cmath>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr std::array kGammaParameters = {Parameter{.name = "gamma",
                                                   .doc = "The power: below 1 lighter, above 1 darker",
                                                   .min = 0.1,
                                                   .max = 10,
                                                   .low = 0.75,
                                                   .high = 1.33}};
constexpr Description kGammaDescription{.name = "gamma",
                                        .title = "Gamma",
                                        .doc = "Makes middle tones lighter or darker; black and white stay.",
                                        .labels = kLabelsStay,
                                        .family = Family::kPhotometric,
                                        .parameters = kGammaParameters,
                                        .identity = "gamma/1"};

Result<void> apply_gamma(image::Pixels& pixels, const Step& step) {
  const double power = step.number(0);
  apply_table(pixels, image::table_of([power](double v) { return 255 * std::pow(v / 255, power); }));
  return {};
}

}  // namespace

const Op& gamma() {
  static const PixelOp op(kGammaDescription, apply_gamma);
  return op;
}

}  // namespace ava::augment
