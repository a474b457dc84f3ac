// perspective: the four corners move, each its own way.
#include <array>

#include "augment/geometric/centred.hpp"
#include "augment/ops.hpp"
#include "augment/parameters.hpp"

namespace ava::augment {

namespace {

/// Below this the four corners stay the corners of a convex figure, whatever is drawn (a quarter is the limit).
constexpr double kMaxStrength = 0.24;

constexpr Parameter corner(std::string_view name, std::string_view doc) {
  return {.name = name,
          .doc = doc,
          .unit = "times strength",
          .min = -1,
          .max = 1,
          .low = -1,
          .high = 1,
          .drawn_only = true};
}

constexpr std::array kPerspectiveParameters = {Parameter{.name = "strength",
                                                         .doc = "How far a corner may move",
                                                         .unit = "fraction of width and height",
                                                         .min = 0,
                                                         .max = kMaxStrength,
                                                         .low = 0.05,
                                                         .high = 0.12},
                                               kFillParameter,
                                               corner("top-left-x", "Top left corner, to the right"),
                                               corner("top-left-y", "Top left corner, down"),
                                               corner("top-right-x", "Top right corner, to the right"),
                                               corner("top-right-y", "Top right corner, down"),
                                               corner("bottom-right-x", "Bottom right corner, to the right"),
                                               corner("bottom-right-y", "Bottom right corner, down"),
                                               corner("bottom-left-x", "Bottom left corner, to the right"),
                                               corner("bottom-left-y", "Bottom left corner, down")};

class Perspective final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "perspective",
        .title = "Perspective",
        .doc = "Moves each corner at random, as if the picture were seen from another place.",
        .labels = "Boxes become four-point polygons and are cut at the edge; landmarks follow; classes stay.",
        .family = Family::kGeometric,
        .parameters = kPerspectiveParameters,
        .identity = "perspective/0,black,0,0,0,0,0,0,0,0"};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    const double width = scene.width();
    const double height = scene.height();
    const std::array<sample::Point, 4> from = {{{0, 0}, {width, 0}, {width, height}, {0, height}}};
    std::array<sample::Point, 4> to = from;
    for (std::size_t i = 0; i < to.size(); ++i) {
      to[i].x += step.number(0) * step.number(2 + 2 * i) * width;
      to[i].y += step.number(0) * step.number(3 + 2 * i) * height;
    }
    if (to == from) return {};
    const auto transform = Transform::of_corners(from, to);
    if (!transform)
      return Error(ErrorCode::kInvalidArgument, "op.singular", "three corners of the picture would lie on one line");
    return scene.warp(*transform, scene.width(), scene.height(), fill_of(step.text(1)));
  }
};

}  // namespace

const Op& perspective() {
  static const Perspective op;
  return op;
}

}  // namespace ava::augment
