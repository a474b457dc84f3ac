// cutout: one rectangle at a random place (random erasing).
#include <array>

#include "augment/erasing/erase.hpp"
#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::array kCutoutParameters = {
    fraction("width", "Width of the rectangle", "fraction of the picture's width", 0.1, 0.3),
    fraction("height", "Height of the rectangle", "fraction of the picture's height", 0.1, 0.3), kPaintParameter};

class Cutout final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{.name = "cutout",
                                              .title = "Cutout",
                                              .doc = "Takes away one rectangle at a random place.",
                                              .labels = kLabelsStayHidden,
                                              .family = Family::kErasing,
                                              .parameters = kCutoutParameters};
    return kDescription;
  }
  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    const Step drawn = draw_values(spec, draws);
    const image::Area frame{0, 0, scene.width(), scene.height()};
    push_erase(draw_area(frame, drawn.number(0), drawn.number(1), draws), drawn.text(2), draws, steps);
    return {};
  }
};

}  // namespace

const Op& cutout() {
  static const Cutout op;
  return op;
}

}  // namespace ava::augment
