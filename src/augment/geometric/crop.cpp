// crop: a rectangle of the picture, by pixels. What the other crops have drawn is written as this one.
#include "augment/geometric/crop.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr double kLargest = 1 << 20;

constexpr Parameter pixels(std::string_view name, std::string_view doc, double low, double value) {
  return {.name = name,
          .doc = doc,
          .unit = "pixels",
          .kind = ParameterKind::kInteger,
          .min = low,
          .max = kLargest,
          .low = value,
          .high = value};
}

constexpr std::array kParameters = {pixels("x", "Left edge", 0, 0), pixels("y", "Upper edge", 0, 0),
                                    pixels("width", "Width; what lies beyond the picture is left out", 1, 256),
                                    pixels("height", "Height; what lies beyond the picture is left out", 1, 256)};

class Crop final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "crop",
        .title = "Crop",
        .doc = "Keeps a rectangle of the picture, always at the same place; other crops are written as this one.",
        .labels = "Boxes and landmarks move along; boxes are cut at the edge and dropped when gone; classes stay.",
        .family = Family::kGeometric,
        .parameters = kParameters,
        .identity = "crop/0,0,1048576,1048576"};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    const int x = std::min(static_cast<int>(step.number(0)), scene.width() - 1);
    const int y = std::min(static_cast<int>(step.number(1)), scene.height() - 1);
    const int width = std::min(static_cast<int>(step.number(2)), scene.width() - x);
    const int height = std::min(static_cast<int>(step.number(3)), scene.height() - y);
    return scene.warp(Transform::translation(-x, -y), width, height, Fill::kBlack);
  }
};

}  // namespace

Step crop_step(int x, int y, int width, int height) {
  return {&crop(),
          {static_cast<double>(x), static_cast<double>(y), static_cast<double>(width), static_cast<double>(height)}};
}

Step crop_step(const sample::Box& box, int width, int height) {
  const int x0 = static_cast<int>(std::clamp(std::floor(box.x0), 0.0, width - 1.0));
  const int y0 = static_cast<int>(std::clamp(std::floor(box.y0), 0.0, height - 1.0));
  const int x1 = static_cast<int>(std::clamp(std::ceil(box.x1), x0 + 1.0, static_cast<double>(width)));
  const int y1 = static_cast<int>(std::clamp(std::ceil(box.y1), y0 + 1.0, static_cast<double>(height)));
  return crop_step(x0, y0, x1 - x0, y1 - y0);
}

const Op& crop() {
  static const Crop op;
  return op;
}

}  // namespace ava::augment
