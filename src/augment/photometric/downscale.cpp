// Made smaller and large again.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/filter.hpp"

namespace ava::augment {

namespace {

constexpr std::array<std::string_view, 2> kInterpolations = {"linear", "nearest"};
constexpr std::array kDownscaleParameters = {
    Parameter{
        .name = "scale", .doc = "Size in between", .unit = "times", .min = 0.01, .max = 1, .low = 0.3, .high = 0.6},
    Parameter{.name = "interpolation",
              .doc = "linear: soft; nearest: squares",
              .kind = ParameterKind::kChoice,
              .choices = kInterpolations}};
constexpr Description kDownscaleDescription{
    .name = "downscale",
    .title = "Lose resolution",
    .doc = "Takes detail away: makes the picture smaller and large again; its size stays.",
    .labels = kLabelsStay,
    .family = Family::kPhotometric,
    .parameters = kDownscaleParameters,
    .identity = "downscale/1"};

Result<void> apply_downscale(image::Pixels& pixels, const Step& step) {
  return image::lose_detail(pixels, step.number(0), step.text(1) == "linear");
}

}  // namespace

const Op& downscale() {
  static const PixelOp op(kDownscaleDescription, apply_downscale);
  return op;
}

}  // namespace ava::augment
