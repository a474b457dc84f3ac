// rotate90: quarter turns, which lose nothing.
#include <array>

#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::array kRotate90Parameters = {Parameter{.name = "times",
                                                      .doc = "How many quarter turns clockwise",
                                                      .unit = "quarter turns",
                                                      .kind = ParameterKind::kInteger,
                                                      .min = 0,
                                                      .max = 3,
                                                      .low = 1,
                                                      .high = 3}};

class Rotate90 final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "rotate90",
        .title = "Quarter turns",
        .doc = "Turns the picture clockwise by whole quarter turns; every pixel is kept.",
        .labels = "Boxes and landmarks turn with the picture and boxes stay upright; classes stay.",
        .family = Family::kGeometric,
        .parameters = kRotate90Parameters,
        .identity = "rotate90/0"};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    const int times = static_cast<int>(step.number(0));
    const double width = scene.width();
    const double height = scene.height();
    const Transform turn = Transform::rotation(90.0 * times);
    if (times == 1) return scene.warp(Transform::translation(height, 0).after(turn), scene.height(), scene.width(), {});
    if (times == 2)
      return scene.warp(Transform::translation(width, height).after(turn), scene.width(), scene.height(), {});
    if (times == 3) return scene.warp(Transform::translation(0, width).after(turn), scene.height(), scene.width(), {});
    return {};
  }
};

}  // namespace

const Op& rotate90() {
  static const Rotate90 op;
  return op;
}

}  // namespace ava::augment
