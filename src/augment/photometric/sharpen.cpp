// Unsharp mask.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/filter.hpp"

namespace ava::augment {

namespace {

constexpr std::array kParameters = {
    Parameter{
        .name = "amount", .doc = "How strong", .unit = "times the detail", .min = 0, .max = 5, .low = 0.3, .high = 1},
    Parameter{
        .name = "sigma", .doc = "Size of the details", .unit = "pixels", .min = 0.1, .max = 20, .low = 1, .high = 1}};
constexpr Description kDescription{.name = "sharpen",
                                   .title = "Sharpen",
                                   .doc = "Makes edges and details stronger.",
                                   .labels = kLabelsStay,
                                   .family = Family::kPhotometric,
                                   .parameters = kParameters,
                                   .identity = "sharpen/0"};

Result<void> change(image::Pixels& pixels, const Step& step) {
  return image::sharpen(pixels, step.number(0), step.number(1));
}

}  // namespace

const Op& sharpen() {
  static const PixelOp op(kDescription, change);
  return op;
}

}  // namespace ava::augment
