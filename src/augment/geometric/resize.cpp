// resize: another size, with or without another shape.
#include <algorithm>
#include <array>
#include <cmath>

#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::array<std::string_view, 4> kModes = {"fit", "fill", "exact", "shorter-edge"};

constexpr Parameter side_of_picture(std::string_view name, std::string_view doc) {
  return {.name = name,
          .doc = doc,
          .unit = "pixels",
          .kind = ParameterKind::kInteger,
          .min = 0,
          .max = 32000,
          .low = 640,
          .high = 640};
}

constexpr std::array kResizeParameters = {
    side_of_picture("width", "Width; 0: follows from the height. With shorter-edge the length of the shorter edge"),
    side_of_picture("height", "Height; 0: follows from the width; not used with shorter-edge"),
    Parameter{.name = "mode",
              .doc = "fit: as large as fits, shape kept; fill: covers the size, cut in the middle; exact: stretched; "
                     "shorter-edge: shape kept",
              .kind = ParameterKind::kChoice,
              .choices = kModes}};

int at_least_one(double size) { return std::max(1, static_cast<int>(std::lround(size))); }

Result<void> scale_to(Scene& scene, int width, int height) {
  const Transform scaled =
      Transform::scaling(static_cast<double>(width) / scene.width(), static_cast<double>(height) / scene.height());
  return scene.warp(scaled, width, height, Fill::kEdge);
}

/// Cut the middle to the shape of the target by whole pixels, then scale what is left.
Result<void> fill_to(Scene& scene, double width, double height) {
  const double scale = std::max(width / scene.width(), height / scene.height());
  const int kept_width = std::min(at_least_one(width / scale), scene.width());
  const int kept_height = std::min(at_least_one(height / scale), scene.height());
  const int x = (scene.width() - kept_width) / 2;
  const int y = (scene.height() - kept_height) / 2;
  AVA_CHECK(scene.warp(Transform::translation(-x, -y), kept_width, kept_height, Fill::kEdge));
  return scale_to(scene, static_cast<int>(width), static_cast<int>(height));
}

class Resize final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "resize",
        .title = "Resize",
        .doc = "Gives the picture another size: within a frame, filling it, stretched to it, or by its shorter edge.",
        .labels = "Boxes and landmarks are scaled with the picture; fill cuts boxes at the edge; classes stay.",
        .family = Family::kGeometric,
        .parameters = kResizeParameters,
        .identity = "resize/0,0"};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    const double from_width = scene.width();
    const double from_height = scene.height();
    double width = step.number(0);
    double height = step.number(1);
    const std::string& mode = step.text(2);
    if (mode == "shorter-edge") {
      if (width == 0) return {};
      const double scale = width / std::min(from_width, from_height);
      return scale_to(scene, at_least_one(from_width * scale), at_least_one(from_height * scale));
    }
    if (width == 0 && height == 0) return {};
    if (width == 0) width = at_least_one(height * from_width / from_height);
    if (height == 0) height = at_least_one(width * from_height / from_width);
    if (mode == "fill") return fill_to(scene, width, height);
    if (mode == "exact") return scale_to(scene, static_cast<int>(width), static_cast<int>(height));
    const double scale = std::min(width / from_width, height / from_height);
    return scale_to(scene, at_least_one(from_width * scale), at_least_one(from_height * scale));
  }
};

}  // namespace

const Op& resize() {
  static const Resize op;
  return op;
}

}  // namespace ava::augment
