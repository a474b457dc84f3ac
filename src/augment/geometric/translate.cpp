// translate: moves the picture in its frame.
#include <array>
#include <cmath>

#include "augment/geometric/centred.hpp"
#include "augment/ops.hpp"
#include "augment/parameters.hpp"

namespace ava::augment {

namespace {

constexpr std::array kTranslateParameters = {Parameter{.name = "x",
                                                       .doc = "How far to the right; below 0 to the left",
                                                       .unit = "fraction of the width",
                                                       .min = -1,
                                                       .max = 1,
                                                       .low = -0.1,
                                                       .high = 0.1},
                                             Parameter{.name = "y",
                                                       .doc = "How far down; below 0 up",
                                                       .unit = "fraction of the height",
                                                       .min = -1,
                                                       .max = 1,
                                                       .low = -0.1,
                                                       .high = 0.1},
                                             kFillParameter};

class Translate final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "translate",
        .title = "Move",
        .doc = "Moves the picture in its frame, by whole pixels; the size stays.",
        .labels = "Boxes and landmarks move along; boxes are cut at the edge and dropped when gone; classes stay.",
        .family = Family::kGeometric,
        .parameters = kTranslateParameters,
        .identity = "translate/0,0"};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    const double dx = std::round(step.number(0) * scene.width());
    const double dy = std::round(step.number(1) * scene.height());
    return scene.warp(Transform::translation(dx, dy), scene.width(), scene.height(), fill_of(step.text(2)));
  }
};

}  // namespace

const Op& translate() {
  static const Translate op;
  return op;
}

}  // namespace ava::augment
