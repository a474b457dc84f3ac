// Left and right change places. Name and sense: ImageMagick's, as the original has it (contracts.md 11.2).
#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

class Flop final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "flop",
        .title = "Flop",
        .doc = "Mirrors left and right.",
        .labels = "Boxes and landmarks are mirrored; pairs of landmarks named as mirrored change their indexes.",
        .family = Family::kGeometric};
    return kDescription;
  }
  Result<void> apply(Scene& scene, const Step& step) const override {
    (void)step;
    const double width = scene.width();
    return scene.warp({{-1, 0, width, 0, 1, 0, 0, 0, 1}}, scene.width(), scene.height(), Fill::kBlack);
  }
};

}  // namespace

const Op& flop() {
  static const Flop op;
  return op;
}

}  // namespace ava::augment
