#include <array>

#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/pixel_op.hpp"
#include "image/weather.hpp"

namespace ava::augment {

namespace {

constexpr std::array kShadowParameters = {
    Parameter{.name = "darkness", .doc = "1 is black", .min = 0, .max = 1, .low = 0.3, .high = 0.6}, kSeedParameter};
constexpr Description kShadowDescription{.name = "shadow",
                                         .title = "Shadow",
                                         .doc = "Throws the shadow of something beside the picture over a part of it.",
                                         .labels = kLabelsStay,
                                         .family = Family::kPhotometric,
                                         .parameters = kShadowParameters,
                                         .identity = "shadow/0,0"};

Result<void> apply_shadow(image::Pixels& pixels, const Step& step) {
  return image::add_shadow(pixels, step.number(0), static_cast<std::uint64_t>(step.number(1)));
}

}  // namespace

const Op& shadow() {
  static const PixelOp op(kShadowDescription, apply_shadow);
  return op;
}

}  // namespace ava::augment
