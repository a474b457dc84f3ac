// rotate-boxes: turns what is inside each box, the picture around it stays.
#include <algorithm>
#include <array>

#include "augment/ops.hpp"
#include "augment/patch.hpp"
#include "augment/several/blend.hpp"
#include "image/warp.hpp"

namespace ava::augment {

namespace {

constexpr std::array kRotateBoxesParameters = {
    Parameter{.name = "angle", .doc = "Clockwise", .unit = "degrees", .min = -360, .max = 360, .low = -15, .high = 15},
    kPatchX,
    kPatchY,
    kPatchWidth,
    kPatchHeight,
    kWhichParameter};

class RotateBoxes final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "rotate-boxes",
        .title = "Rotate boxes",
        .doc = "Turns what is inside each ground-truth box about its middle; what turns in comes from beside the box.",
        .labels = "Boxes stay; landmarks and boxes wholly inside turn along, landmarks that leave the box are dropped.",
        .family = Family::kErasing,
        .parameters = kRotateBoxesParameters,
        .needs_boxes = true};
    return kDescription;
  }

  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    draw_for_boxes(spec, 1, 5, scene, draws, steps);
    return {};
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    if (step.number(0) == 0) return {};
    const Patch patch = patch_of(step, 1, scene);
    const sample::Point middle{patch.x + patch.width / 2.0, patch.y + patch.height / 2.0};
    const Transform turn = Transform::translation(middle.x, middle.y)
                               .after(Transform::rotation(step.number(0)))
                               .after(Transform::translation(-middle.x, -middle.y));
    AVA_TRY(image::Pixels* const pixels, scene.pixels());
    const Transform into_patch = Transform::translation(-patch.x, -patch.y).after(turn);
    AVA_TRY(const image::Pixels turned,
            image::warp(*pixels, into_patch.m, patch.width, patch.height, {image::Border::Mode::kEdge, 0}));
    paste(turned, patch.x, patch.y, *pixels);
    move_labels_inside(scene, patch, turn);
    return {};
  }
};

}  // namespace

const Op& rotate_boxes() {
  static const RotateBoxes op;
  return op;
}

}  // namespace ava::augment
