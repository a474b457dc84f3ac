// coarse-dropout: several small rectangles, each of its own size and place.
#include <array>

#include "augment/erasing/erase.hpp"
#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::array kCoarseDropoutParameters = {
    Parameter{.name = "holes",
              .doc = "How many",
              .unit = "rectangles",
              .kind = ParameterKind::kInteger,
              .min = 0,
              .max = 200,
              .low = 4,
              .high = 10},
    fraction("width", "Width of each", "fraction of the picture's width", 0.05, 0.12),
    fraction("height", "Height of each", "fraction of the picture's height", 0.05, 0.12), kPaintParameter};

class CoarseDropout final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{.name = "coarse-dropout",
                                              .title = "Coarse dropout",
                                              .doc = "Takes away several small rectangles at random places.",
                                              .labels = kLabelsStayHidden,
                                              .family = Family::kErasing,
                                              .parameters = kCoarseDropoutParameters};
    return kDescription;
  }
  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    const image::Area frame{0, 0, scene.width(), scene.height()};
    const auto holes = static_cast<int>(draw_values(spec, draws).number(0));
    for (int i = 0; i < holes; ++i) {
      const Step drawn = draw_values(spec, draws);
      push_erase(draw_area(frame, drawn.number(1), drawn.number(2), draws), drawn.text(3), draws, steps);
    }
    return {};
  }
};

}  // namespace

const Op& coarse_dropout() {
  static const CoarseDropout op;
  return op;
}

}  // namespace ava::augment
