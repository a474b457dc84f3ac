// crop-safe: a random crop that cuts no box.
#include <algorithm>
#include <array>

#include "augment/geometric/crop.hpp"
#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::array kCropSafeParameters = {
    Parameter{.name = "cut",
              .doc = "How much of the room beside the boxes is cut away, each side by itself",
              .unit = "fraction of the room",
              .min = 0,
              .max = 1,
              .low = 0,
              .high = 1}};

class CropSafe final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "crop-safe",
        .title = "Crop around all boxes",
        .doc = "Cuts each side at random, but never into a ground-truth box; pictures without boxes stay as they are.",
        .labels = "Every ground-truth box stays whole; boxes and landmarks move along; classes stay.",
        .family = Family::kGeometric,
        .parameters = kCropSafeParameters,
        .needs_boxes = true};
    return kDescription;
  }

  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    const std::vector<sample::Box> boxes = scene.boxes();
    if (boxes.empty()) return {};
    sample::Box all = boxes.front();
    for (const sample::Box& box : boxes)
      all = {std::min(all.x0, box.x0), std::min(all.y0, box.y0), std::max(all.x1, box.x1), std::max(all.y1, box.y1)};
    const double left = draw_values(spec, draws).number(0);
    const double top = draw_values(spec, draws).number(0);
    const double right = draw_values(spec, draws).number(0);
    const double bottom = draw_values(spec, draws).number(0);
    const sample::Box kept{all.x0 * left, all.y0 * top, scene.width() - (scene.width() - all.x1) * right,
                           scene.height() - (scene.height() - all.y1) * bottom};
    steps.push_back(crop_step(kept, scene.width(), scene.height()));
    return {};
  }
};

}  // namespace

const Op& crop_safe() {
  static const CropSafe op;
  return op;
}

}  // namespace ava::augment
