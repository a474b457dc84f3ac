// crop-box: one of the boxes with some of what is around it.
#include <algorithm>
#include <array>

#include "augment/geometric/crop.hpp"
#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::array<std::string_view, 2> kWhich = {"random", "largest"};
constexpr std::array kCropBoxParameters = {Parameter{.name = "margin",
                                                     .doc = "How much is kept around the box, on each side",
                                                     .unit = "fraction of the box's longer edge",
                                                     .min = 0,
                                                     .max = 10,
                                                     .low = 0.1,
                                                     .high = 0.3},
                                           Parameter{.name = "which",
                                                     .doc = "The box that is kept: a random one or the largest",
                                                     .kind = ParameterKind::kChoice,
                                                     .choices = kWhich}};

double area_of_box(const sample::Box& box) { return (box.x1 - box.x0) * (box.y1 - box.y0); }

class CropBox final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "crop-box",
        .title = "Crop to a box",
        .doc = "Keeps one of the ground-truth boxes with a margin around it; pictures without boxes stay as they are.",
        .labels =
            "The chosen box stays whole; others move along, are cut at the edge, dropped when gone; classes stay.",
        .family = Family::kGeometric,
        .parameters = kCropBoxParameters,
        .needs_boxes = true};
    return kDescription;
  }

  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    const std::vector<sample::Box> boxes = scene.boxes();
    if (boxes.empty()) return {};
    const Step drawn = draw_values(spec, draws);
    sample::Box box = boxes[draws.below(boxes.size())];
    if (drawn.text(1) == "largest")
      box = *std::max_element(boxes.begin(), boxes.end(),
                              [](const auto& a, const auto& b) { return area_of_box(a) < area_of_box(b); });
    const double margin = drawn.number(0) * std::max(box.x1 - box.x0, box.y1 - box.y0);
    const sample::Box around{box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin};
    steps.push_back(crop_step(around, scene.width(), scene.height()));
    return {};
  }
};

}  // namespace

const Op& crop_box() {
  static const CropBox op;
  return op;
}

}  // namespace ava::augment
