// flip-boxes: mirrors what is inside each box, the picture around it stays.
#include <algorithm>
#include <array>

#include "augment/ops.hpp"
#include "augment/patch.hpp"

namespace ava::augment {

namespace {

constexpr std::array<std::string_view, 2> kDirections = {"horizontal", "vertical"};
constexpr std::array kFlipBoxesParameters = {
    Parameter{.name = "direction",
              .doc = "horizontal: left and right change places; vertical: top and bottom",
              .kind = ParameterKind::kChoice,
              .choices = kDirections},
    kPatchX,
    kPatchY,
    kPatchWidth,
    kPatchHeight,
    kWhichParameter};

void mirror(image::Pixels& pixels, const Patch& patch, bool across) {
  const auto at = [&](int column, int row) {
    return pixels.data.begin() +
           ((static_cast<std::ptrdiff_t>(patch.y + row) * pixels.width) + patch.x + column) * pixels.channels;
  };
  if (across) {
    for (int row = 0; row < patch.height; ++row)
      for (int column = 0; column < patch.width / 2; ++column)
        std::swap_ranges(at(column, row), at(column, row) + pixels.channels, at(patch.width - 1 - column, row));
    return;
  }
  for (int row = 0; row < patch.height / 2; ++row)
    std::swap_ranges(at(0, row), at(0, row) + static_cast<std::ptrdiff_t>(patch.width) * pixels.channels,
                     at(0, patch.height - 1 - row));
}

class FlipBoxes final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "flip-boxes",
        .title = "Flip boxes",
        .doc = "Mirrors what is inside each ground-truth box; the picture around the boxes stays.",
        .labels = "Boxes stay; landmarks and boxes that lie wholly inside are mirrored, landmarks keep their indexes.",
        .family = Family::kErasing,
        .parameters = kFlipBoxesParameters,
        .needs_boxes = true};
    return kDescription;
  }

  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    draw_for_boxes(spec, 1, 5, scene, draws, steps);
    return {};
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    const Patch patch = patch_of(step, 1, scene);
    const bool across = step.text(0) == "horizontal";
    AVA_TRY(image::Pixels* const pixels, scene.pixels());
    mirror(*pixels, patch, across);
    move_labels_inside(scene, patch, [&](sample::Point p) {
      if (across) return sample::Point{2.0 * patch.x + patch.width - p.x, p.y};
      return sample::Point{p.x, 2.0 * patch.y + patch.height - p.y};
    });
    return {};
  }
};

}  // namespace

const Op& flip_boxes() {
  static const FlipBoxes op;
  return op;
}

}  // namespace ava::augment
