// mix-up: two pictures over each other (Zhang et al. 2017; for boxes as Zhang et al. 2019, "Bag of Freebies").
#include <array>
#include <cmath>

#include "augment/ops.hpp"
#include "augment/several/blend.hpp"

namespace ava::augment {

namespace {

constexpr std::array kMixUpParameters = {Parameter{.name = "ratio",
                                                   .doc = "How much of this picture is seen; the rest is the other one",
                                                   .unit = "fraction",
                                                   .min = 0.5,
                                                   .max = 0.9,
                                                   .low = 0.5,
                                                   .high = 0.8},
                                         url_parameter("url", "Url of the other picture")};

class MixUp final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "mix-up",
        .title = "Mix-up",
        .doc = "Lets another picture shine through this one, scaled to cover it.",
        .labels =
            "The boxes and landmarks of both, without a weight; classes are this picture's, which is always the "
            "stronger one.",
        .family = Family::kSeveral,
        .parameters = kMixUpParameters,
        .needs_others = true};
    return kDescription;
  }

  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    Step step = draw_values(spec, draws);
    AVA_TRY(auto url, draw_other(scene, draws));
    if (!url) return {};
    step.values[1] = std::move(*url);
    steps.push_back(std::move(step));
    return {};
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    AVA_TRY(image::Pixels* const own, scene.pixels());
    const Patch whole{0, 0, own->width, own->height};
    AVA_TRY(const image::Pixels other, other_pixels(scene, step.text(1), own->channels));
    const Transform map = covering(other, whole);
    AVA_TRY(const image::Pixels part, brought(other, map, whole));
    const double ratio = step.number(0);
    for (std::size_t i = 0; i < own->data.size(); ++i)
      own->data[i] = static_cast<std::uint8_t>(std::lround(ratio * own->data[i] + (1 - ratio) * part.data[i]));
    add_boxes(scene.others()->labels(step.text(1)), map, whole, scene.sample());
    return {};
  }
};

}  // namespace

const Op& mix_up() {
  static const MixUp op;
  return op;
}

}  // namespace ava::augment
