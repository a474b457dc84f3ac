// Brightness, contrast, saturation and hue, each by a drawn amount and in a drawn order (torchvision's ColorJitter).
#include <array>
#include <utility>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"

namespace ava::augment {

namespace {

constexpr Parameter amount(std::string_view name, std::string_view doc, double low, double high) {
  return {.name = name, .doc = doc, .min = low, .max = high, .low = -0.2, .high = 0.2};
}

constexpr std::array kColourJitterParameters = {amount("brightness", "Above 0 lighter, below 0 darker", -1, 1),
                                                amount("contrast", "Above 0 stronger, below 0 weaker", -1, 4),
                                                amount("saturation", "Above 0 stronger colours, below 0 paler", -1, 4),
                                                Parameter{.name = "hue",
                                                          .doc = "From red over green to blue",
                                                          .unit = "degrees",
                                                          .min = -180,
                                                          .max = 180,
                                                          .low = -9,
                                                          .high = 9}};

class ColourJitter final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "colour-jitter",
        .title = "Colour jitter",
        .doc = "Changes brightness, contrast, saturation and hue a little, in random order.",
        .labels = kLabelsStay,
        .family = Family::kPhotometric,
        .parameters = kColourJitterParameters};
    return kDescription;
  }
  Result<void> draw(const OpSpec& spec, Scene&, Draws& draws, std::vector<Step>& steps) const override {
    const std::array<const Op*, kColourJitterParameters.size()> ops = {&brightness(), &contrast(), &saturation(),
                                                                       &hue()};
    const Step drawn = draw_values(spec, draws);
    std::vector<Step> order;
    for (std::size_t i = 0; i < ops.size(); ++i)
      if (drawn.number(i) != 0) order.push_back({ops[i], {drawn.values[i]}});
    for (std::size_t left = order.size(); left > 0; --left) {
      std::swap(order[left - 1], order[draws.below(left)]);
      steps.push_back(std::move(order[left - 1]));
    }
    return {};
  }
};

}  // namespace

const Op& colour_jitter() {
  static const ColourJitter op;
  return op;
}

}  // namespace ava::augment
