// transpose: rows become columns.
#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

class Transpose final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "transpose",
        .title = "Transpose",
        .doc = "Mirrors the picture along the diagonal from top left to bottom right; width and height change places.",
        .labels = "Boxes and landmarks follow exactly; left and right landmarks change places; classes stay.",
        .family = Family::kGeometric};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step&) const override {
    return scene.warp({{0, 1, 0, 1, 0, 0, 0, 0, 1}}, scene.height(), scene.width(), Fill::kBlack);
  }
};

}  // namespace

const Op& transpose() {
  static const Transpose op;
  return op;
}

}  // namespace ava::augment
