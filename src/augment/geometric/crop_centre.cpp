// crop-centre: the middle of the picture.
#include <algorithm>
#include <array>
#include <cmath>

#include "augment/geometric/crop.hpp"
#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr Parameter side_of_crop(std::string_view name, std::string_view doc) {
  return {.name = name, .doc = doc, .unit = "pixels", .kind = ParameterKind::kInteger, .min = 0, .max = 1 << 20};
}

constexpr std::array kCropCentreParameters = {Parameter{.name = "fraction",
                                                        .doc = "How much of width and height is kept",
                                                        .unit = "fraction of width and height",
                                                        .min = 0.001,
                                                        .max = 1,
                                                        .low = 0.875,
                                                        .high = 0.875},
                                              side_of_crop("width", "Instead of the fraction; 0: by the fraction"),
                                              side_of_crop("height", "Instead of the fraction; 0: by the fraction")};

class CropCentre final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "crop-centre",
        .title = "Centre crop",
        .doc = "Keeps the middle of the picture, by a fraction of its size or by pixels.",
        .labels = "Boxes and landmarks move along; boxes are cut at the edge and dropped when gone; classes stay.",
        .family = Family::kGeometric,
        .parameters = kCropCentreParameters};
    return kDescription;
  }

  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    const Step drawn = draw_values(spec, draws);
    const auto kept = [&](int edge, double wanted) {
      const double size = wanted > 0 ? wanted : std::round(edge * drawn.number(0));
      return static_cast<int>(std::clamp(size, 1.0, static_cast<double>(edge)));
    };
    const int width = kept(scene.width(), drawn.number(1));
    const int height = kept(scene.height(), drawn.number(2));
    steps.push_back(crop_step((scene.width() - width) / 2, (scene.height() - height) / 2, width, height));
    return {};
  }
};

}  // namespace

const Op& crop_centre() {
  static const CropCentre op;
  return op;
}

}  // namespace ava::augment
