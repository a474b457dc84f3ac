// optical-distortion: what a simple lens does (Brown's radial model, its first term).
#include <array>
#include <cmath>

#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::array kOpticalDistortionParameters = {
    Parameter{.name = "k",
              .doc = "Above 0 a barrel (the corners are pulled in), below 0 a cushion (they are pushed out)",
              .unit = "at the corners",
              .min = -0.3,
              .max = 0.5,
              .low = -0.2,
              .high = 0.2},
    kFillParameter};

class OpticalDistortion final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "optical-distortion",
        .title = "Optical distortion",
        .doc = "Bends the picture as a wide-angle or a zoom lens does: straight lines bulge or pinch.",
        .labels = "Landmarks and polygons follow; a box becomes the upright box around its bent outline; classes stay.",
        .family = Family::kGeometric,
        .parameters = kOpticalDistortionParameters,
        .identity = "optical-distortion/0"};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    const double k = step.number(0);
    if (k == 0) return {};
    const double cx = scene.width() / 2.0;
    const double cy = scene.height() / 2.0;
    const double corner = cx * cx + cy * cy;
    Field field{scene.width(), scene.height(), {}, {}};
    const auto count = static_cast<std::size_t>(field.width) * static_cast<std::size_t>(field.height);
    field.x.reserve(count);
    field.y.reserve(count);
    for (int row = 0; row < field.height; ++row)
      for (int column = 0; column < field.width; ++column) {
        const double dx = column + 0.5 - cx;
        const double dy = row + 0.5 - cy;
        const double stretch = 1 + k * (dx * dx + dy * dy) / corner;
        field.x.push_back(static_cast<float>(cx + dx * stretch));
        field.y.push_back(static_cast<float>(cy + dy * stretch));
      }
    return scene.bend(field, fill_of(step.text(1)));
  }
};

}  // namespace

const Op& optical_distortion() {
  static const OpticalDistortion op;
  return op;
}

}  // namespace ava::augment
