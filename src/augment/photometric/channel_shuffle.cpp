// Red, green and blue change places.
#include <array>

#include "augment/ops.hpp"
#include "augment/pixel_op.hpp"
#include "image/colour.hpp"

namespace ava::augment {

namespace {

/// "any" is one of those that change something; a step has one of the others.
constexpr std::array<std::string_view, 7> kOrders = {"any", "rbg", "grb", "gbr", "brg", "bgr", "rgb"};
constexpr std::uint64_t kChanging = 5;
constexpr std::array kChannelShuffleParameters = {Parameter{.name = "order",
                                                            .doc = "Which old channels become red, green and blue",
                                                            .kind = ParameterKind::kChoice,
                                                            .choices = kOrders}};

class ChannelShuffle final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "channel-shuffle",
        .title = "Shuffle channels",
        .doc = "Lets red, green and blue change places; grey pictures stay as they are.",
        .labels = kLabelsStay,
        .family = Family::kPhotometric,
        .parameters = kChannelShuffleParameters,
        .identity = "channel-shuffle/rgb"};
    return kDescription;
  }
  Result<void> draw(const OpSpec& spec, Scene&, Draws& draws, std::vector<Step>& steps) const override {
    Step step = draw_values(spec, draws);
    if (step.text(0) == kOrders[0]) step.values[0] = std::string(kOrders[1 + draws.below(kChanging)]);
    steps.push_back(std::move(step));
    return {};
  }
  Result<void> apply(Scene& scene, const Step& step) const override {
    const std::string& order = step.text(0);
    if (order == kOrders[0])
      return Error(ErrorCode::kInvalidArgument, "op.range_in_step", "channel-shuffle: a step says which order it was");
    AVA_TRY(image::Pixels * pixels, scene.pixels());
    const auto channel = [](char name) { return name == 'r' ? 0 : name == 'g' ? 1 : 2; };
    image::reorder(*pixels, {channel(order[0]), channel(order[1]), channel(order[2])});
    return {};
  }
};

}  // namespace

const Op& channel_shuffle() {
  static const ChannelShuffle op;
  return op;
}

}  // namespace ava::augment
