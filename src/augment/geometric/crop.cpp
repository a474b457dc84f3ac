// crop: a rectangle of the picture, by pixels. What the other crops have drawn is written as this one.
#include "augment/geometric/crop.hpp"

#include <array>

#include "augment/ops.hpp"
#include "augment/patch.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr double kLargest = 1 << 20;

constexpr Parameter edge_of_crop(std::string_view name, std::string_view doc, double min, double low, double high) {
  return {.name = name,
          .doc = doc,
          .unit = "pixels",
          .kind = ParameterKind::kInteger,
          .min = min,
          .max = kLargest,
          .low = low,
          .high = high};
}

constexpr std::array kCropParameters = {
    edge_of_crop("x", "Left edge", 0, 0, 32), edge_of_crop("y", "Upper edge", 0, 0, 32),
    edge_of_crop("width", "Width; what lies beyond the picture is left out", 1, 256, 256),
    edge_of_crop("height", "Height; what lies beyond the picture is left out", 1, 256, 256)};

class Crop final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "crop",
        .title = "Crop",
        .doc = "Keeps a rectangle of the picture given in pixels; what other crops have drawn is written as this one.",
        .labels = "Boxes and landmarks move along; boxes are cut at the edge and dropped when gone; classes stay.",
        .family = Family::kGeometric,
        .parameters = kCropParameters,
        .identity = "crop/0,0,1048576,1048576"};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    const Patch kept = patch_of(step, 0, scene);
    return scene.warp(Transform::translation(-kept.x, -kept.y), kept.width, kept.height, Fill::kBlack);
  }
};

}  // namespace

Step crop_step(int x, int y, int width, int height) {
  return {&crop(),
          {static_cast<double>(x), static_cast<double>(y), static_cast<double>(width), static_cast<double>(height)}};
}

Step crop_step(const sample::Box& box, int width, int height) {
  const Patch kept = patch_of(box, width, height);
  return crop_step(kept.x, kept.y, kept.width, kept.height);
}

const Op& crop() {
  static const Crop op;
  return op;
}

}  // namespace ava::augment
