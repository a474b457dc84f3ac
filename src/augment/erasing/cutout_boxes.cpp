// cutout-boxes: a rectangle inside each ground-truth box, so that a model does not rely on one part of a thing.
#include <array>

#include "augment/erasing/erase.hpp"
#include "augment/ops.hpp"
#include "augment/patch.hpp"

namespace ava::augment {

namespace {

constexpr std::array kCutoutBoxesParameters = {
    fraction("width", "Width of the rectangle", "fraction of the box's width", 0.3, 0.6),
    fraction("height", "Height of the rectangle", "fraction of the box's height", 0.3, 0.6), kPaintParameter,
    kWhichParameter};

class CutoutBoxes final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "cutout-boxes",
        .title = "Cutout in boxes",
        .doc = "Takes away a rectangle inside each ground-truth box; pictures without boxes stay as they are.",
        .labels = kLabelsStayHidden,
        .family = Family::kErasing,
        .parameters = kCutoutBoxesParameters,
        .needs_boxes = true};
    return kDescription;
  }
  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    std::vector<sample::Box> boxes = scene.boxes();
    if (boxes.empty()) return {};
    if (draw_values(spec, draws).text(3) == "one") boxes = {boxes[draws.below(boxes.size())]};
    for (const sample::Box& box : boxes) {
      const Step drawn = draw_values(spec, draws);
      const Patch patch = patch_of(box, scene.width(), scene.height());
      const image::Area frame{patch.x, patch.y, patch.width, patch.height};
      push_erase(draw_area(frame, drawn.number(0), drawn.number(1), draws), drawn.text(2), draws, steps);
    }
    return {};
  }
};

}  // namespace

const Op& cutout_boxes() {
  static const CutoutBoxes op;
  return op;
}

}  // namespace ava::augment
