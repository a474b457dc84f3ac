// Turns light values into their negative.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr std::array kSolariseParameters = {Parameter{.name = "threshold",
                                                      .doc = "Values above are inverted",
                                                      .unit = "fraction of the whole range",
                                                      .min = 0,
                                                      .max = 1,
                                                      .low = 0.5,
                                                      .high = 0.9}};
constexpr Description kSolariseDescription{.name = "solarise",
                                           .title = "Solarise",
                                           .doc = "Inverts what is lighter than a threshold.",
                                           .labels = kLabelsStay,
                                           .family = Family::kPhotometric,
                                           .parameters = kSolariseParameters,
                                           .identity = "solarise/1"};

Result<void> apply_solarise(image::Pixels& pixels, const Step& step) {
  const double threshold = 255 * step.number(0);
  apply_table(pixels, image::table_of([threshold](double v) { return v > threshold ? 255 - v : v; }));
  return {};
}

}  // namespace

const Op& solarise() {
  static const PixelOp op(kSolariseDescription, apply_solarise);
  return op;
}

}  // namespace ava::augment
