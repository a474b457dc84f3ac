// Top and bottom change places. Name and sense: ImageMagick's, as the original has it (contracts.md 11.2).
#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

class Flip final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "flip",
        .title = "Flip",
        .doc = "Mirrors top and bottom.",
        .labels = "Boxes and landmarks are mirrored; pairs of landmarks named as mirrored change their indexes.",
        .family = Family::kGeometric};
    return kDescription;
  }
  Result<void> apply(Scene& scene, const Step& step) const override {
    (void)step;
    const double height = scene.height();
    return scene.warp({{1, 0, 0, 0, -1, height, 0, 0, 1}}, scene.width(), scene.height(), Fill::kBlack);
  }
};

}  // namespace

const Op& flip() {
  static const Flip op;
  return op;
}

}  // namespace ava::augment
