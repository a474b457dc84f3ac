// pad: a larger frame around the picture.
#include <algorithm>
#include <array>
#include <cmath>

#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::array<std::string_view, 2> kShapes = {"any", "square"};
constexpr std::array<std::string_view, 5> kPositions = {"centre", "top-left", "top-right", "bottom-left",
                                                        "bottom-right"};

constexpr Parameter side_to_reach(std::string_view name, std::string_view doc) {
  return {.name = name, .doc = doc, .unit = "pixels", .kind = ParameterKind::kInteger, .min = 0, .max = 32000};
}

constexpr std::array kPadParameters = {
    Parameter{.name = "fraction",
              .doc = "How much is added to width and height; where a size in pixels is given, that decides",
              .unit = "fraction of width and height",
              .min = 0,
              .max = 10,
              .low = 0.1,
              .high = 0.4},
    side_to_reach("width", "Width to reach; a wider picture stays; 0: by the fraction"),
    side_to_reach("height", "Height to reach; a higher picture stays; 0: by the fraction"),
    Parameter{.name = "shape",
              .doc = "square: the shorter side grows to the longer one",
              .kind = ParameterKind::kChoice,
              .choices = kShapes},
    Parameter{.name = "position",
              .doc = "Where the picture lies in its new frame",
              .kind = ParameterKind::kChoice,
              .choices = kPositions},
    kFillParameter};

class Pad final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "pad",
        .title = "Pad",
        .doc = "Puts the picture into a larger frame: by a fraction, to a size, or to a square.",
        .labels = "Boxes and landmarks move along; nothing is cut; classes stay.",
        .family = Family::kGeometric,
        .parameters = kPadParameters,
        .identity = "pad/0"};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    const auto grown = [&](int edge, double wanted) {
      if (wanted > 0) return std::max(edge, static_cast<int>(wanted));
      return edge + static_cast<int>(std::lround(edge * step.number(0)));
    };
    int width = grown(scene.width(), step.number(1));
    int height = grown(scene.height(), step.number(2));
    if (step.text(3) == "square") width = height = std::max(width, height);
    const std::string& position = step.text(4);
    int x = width - scene.width();
    int y = height - scene.height();
    if (position == "centre") {
      x /= 2;
      y /= 2;
    } else {
      if (position.ends_with("left")) x = 0;
      if (position.starts_with("top")) y = 0;
    }
    return scene.warp(Transform::translation(x, y), width, height, fill_of(step.text(5)));
  }
};

}  // namespace

const Op& pad() {
  static const Pad op;
  return op;
}

}  // namespace ava::augment
