// Contrast-limited adaptive histogram equalisation of the brightness.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

constexpr std::array kClaheParameters = {Parameter{.name = "clip",
                                                   .doc = "How much contrast may grow; noise grows along",
                                                   .unit = "times the mean of the histogram",
                                                   .min = 1,
                                                   .max = 100,
                                                   .low = 1.5,
                                                   .high = 4},
                                         Parameter{.name = "tiles",
                                                   .doc = "Neighbourhoods along each edge",
                                                   .unit = "tiles",
                                                   .kind = ParameterKind::kInteger,
                                                   .min = 1,
                                                   .max = 64,
                                                   .low = 8,
                                                   .high = 8}};
constexpr Description kClaheDescription{
    .name = "clahe",
    .title = "Local contrast (CLAHE)",
    .doc = "Brings out details in dark and in light parts by equalising each neighbourhood; colours keep their tint.",
    .labels = kLabelsStay,
    .family = Family::kPhotometric,
    .parameters = kClaheParameters};

Result<void> apply_clahe(image::Pixels& pixels, const Step& step) {
  return image::equalise_locally(pixels, step.number(0), static_cast<int>(step.number(1)));
}

}  // namespace

const Op& clahe() {
  static const PixelOp op(kClaheDescription, apply_clahe);
  return op;
}

}  // namespace ava::augment
