// Unsharp mask.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/filter.hpp"

namespace ava::augment {

namespace {

constexpr std::array kSharpenParameters = {
    Parameter{
        .name = "amount", .doc = "How strong", .unit = "times the detail", .min = 0, .max = 5, .low = 0.3, .high = 1},
    Parameter{
        .name = "sigma", .doc = "Size of the details", .unit = "pixels", .min = 0.1, .max = 20, .low = 1, .high = 1}};
constexpr Description kSharpenDescription{.name = "sharpen",
                                          .title = "Sharpen",
                                          .doc = "Makes edges and details stronger.",
                                          .labels = kLabelsStay,
                                          .family = Family::kPhotometric,
                                          .parameters = kSharpenParameters,
                                          .identity = "sharpen/0"};

Result<void> apply_sharpen(image::Pixels& pixels, const Step& step) {
  return image::sharpen(pixels, step.number(0), step.number(1));
}

}  // namespace

const Op& sharpen() {
  static const PixelOp op(kSharpenDescription, apply_sharpen);
  return op;
}

}  // namespace ava::augment
