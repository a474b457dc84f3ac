// Stretches values away from the mean brightness, or pulls them towards it.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr std::array kContrastParameters = {Parameter{.name = "amount",
                                                      .doc = "Above 0 stronger, below 0 weaker; -1 leaves plain grey",
                                                      .min = -1,
                                                      .max = 4,
                                                      .low = -0.2,
                                                      .high = 0.2}};
constexpr Description kContrastDescription{.name = "contrast",
                                           .title = "Contrast",
                                           .doc = "Makes differences stronger or weaker; the mean brightness stays.",
                                           .labels = kLabelsStay,
                                           .family = Family::kPhotometric,
                                           .parameters = kContrastParameters,
                                           .identity = "contrast/0"};

Result<void> apply_contrast(image::Pixels& pixels, const Step& step) {
  const double mean = image::mean_luma(pixels);
  const double times = 1 + step.number(0);
  apply_table(pixels, image::table_of([=](double v) { return mean + (v - mean) * times; }));
  return {};
}

}  // namespace

const Op& contrast() {
  static const PixelOp op(kContrastDescription, apply_contrast);
  return op;
}

}  // namespace ava::augment
