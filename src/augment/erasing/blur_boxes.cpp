// blur-boxes: makes what is inside each ground-truth box unrecognisable, or just soft.
#include <algorithm>
#include <array>

#include "augment/ops.hpp"
#include "augment/patch.hpp"
#include "image/filter.hpp"

namespace ava::augment {

namespace {

constexpr std::array kBlurBoxesParameters = {Parameter{.name = "sigma",
                                                       .doc = "Width of the bell curve; 0.2 makes faces unrecognisable",
                                                       .unit = "fraction of the box's shorter edge",
                                                       .min = 0,
                                                       .max = 1,
                                                       .low = 0.03,
                                                       .high = 0.12},
                                             kPatchX,
                                             kPatchY,
                                             kPatchWidth,
                                             kPatchHeight,
                                             kWhichParameter};

class BlurBoxes final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "blur-boxes",
        .title = "Blur boxes",
        .doc = "Blurs what is inside each ground-truth box; the picture around it stays.",
        .labels = "Boxes, landmarks and classes stay as they are.",
        .family = Family::kErasing,
        .parameters = kBlurBoxesParameters,
        .needs_boxes = true};
    return kDescription;
  }
  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    draw_for_boxes(spec, 1, 5, scene, draws, steps);
    return {};
  }
  Result<void> apply(Scene& scene, const Step& step) const override {
    const Patch patch = patch_of(step, 1, scene);
    AVA_TRY(image::Pixels * pixels, scene.pixels());
    return image::blur_gaussian(*pixels, {patch.x, patch.y, patch.width, patch.height},
                                step.number(0) * std::min(patch.width, patch.height));
  }
};

}  // namespace

const Op& blur_boxes() {
  static const BlurBoxes op;
  return op;
}

}  // namespace ava::augment
