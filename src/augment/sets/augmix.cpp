// AugMix (Hendrycks et al. 2020): chains of light and colour operations beside each other, mixed with drawn weights and
// then with the picture itself. A step holds the weights and, as text, the steps of each chain: a replay needs no more.
#include <algorithm>
#include <array>
#include <cmath>

#include "augment/op_text.hpp"
#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::size_t kMostChains = 3;

constexpr Parameter weight(std::string_view name) {
  return {.name = name, .doc = "Share of this chain", .min = 0, .max = 1, .low = 0, .high = 1, .drawn_only = true};
}

constexpr Parameter chain(std::string_view name) {
  return {.name = name, .doc = "Steps of this chain", .kind = ParameterKind::kText, .drawn_only = true};
}

constexpr std::array kAugmixParameters = {
    Parameter{.name = "width",
              .doc = "How many chains are mixed",
              .kind = ParameterKind::kInteger,
              .min = 1,
              .max = kMostChains,
              .low = kMostChains,
              .high = kMostChains},
    Parameter{.name = "depth",
              .doc = "How many operations a chain has; a step says that of the longest",
              .kind = ParameterKind::kInteger,
              .min = 1,
              .max = 8,
              .low = 1,
              .high = 3},
    Parameter{.name = "mix",
              .doc = "How much of the result is mixed; the rest is the picture as it was",
              .unit = "fraction",
              .min = 0,
              .max = 1,
              .low = 0.2,
              .high = 0.8},
    weight("weight-1"),
    chain("chain-1"),
    weight("weight-2"),
    chain("chain-2"),
    weight("weight-3"),
    chain("chain-3")};
enum : std::size_t { kWidth, kDepth, kMix, kFirst };

/// All leave labels alone: a mixture of moved pictures would have its boxes in several places.
constexpr std::array kMembers = {auto_contrast, equalise, posterise, solarise, contrast, saturation};

Result<std::string> draw_chain(int length, Scene& scene, Draws& draws) {
  std::string text;
  for (int i = 0; i < length; ++i) {
    const OpSpec member = default_spec(kMembers[draws.below(kMembers.size())]());
    std::vector<Step> steps;
    AVA_CHECK(member.op->draw(member, scene, draws, steps));
    for (const Step& step : steps) text += (text.empty() ? "" : ";") + step.str();
  }
  return text;
}

/// Errors: `op.bad_argument` for steps that move pixels or mix again; those of parse_steps().
Result<std::vector<Step>> parse_chain(const std::string& text) {
  AVA_TRY(std::vector<Step> steps, parse_steps("augment(" + text + ")"));
  for (const Step& step : steps)
    if (step.op->description().family != Family::kPhotometric)
      return Error(ErrorCode::kInvalidArgument, "op.bad_argument",
                   "augmix: a chain may only have photometric operations")
          .detail("operation", step.op->description().name);
  return steps;
}

class AugMix final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "augmix",
        .title = "AugMix",
        .doc = "Mixes several versions of the picture, each changed by a chain of light and colour operations.",
        .labels = "Boxes, landmarks and classes stay as they are.",
        .family = Family::kSet,
        .parameters = kAugmixParameters,
        .identity = "augmix/1,1,0,1,,0,,0,"};
    return kDescription;
  }

  Result<void> draw(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    Step step = draw_values(spec, draws);
    const auto width = static_cast<std::size_t>(step.number(kWidth));
    std::array<double, kMostChains> shares{};
    double total = 0;
    double longest = 1;
    for (std::size_t i = 0; i < width; ++i) {
      const double length = draw_values(spec, draws).number(kDepth);
      longest = std::max(longest, length);
      AVA_TRY(std::string text, draw_chain(static_cast<int>(length), scene, draws));
      step.values[kFirst + 2 * i + 1] = std::move(text);
      shares[i] = -std::log(1 - draws.unit());  // an even Dirichlet distribution
      total += shares[i];
    }
    for (std::size_t i = 0; i < kMostChains; ++i)
      step.values[kFirst + 2 * i] = total > 0 ? rounded(shares[i] / total) : 0.0;
    step.values[kDepth] = longest;
    steps.push_back(std::move(step));
    return {};
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    const double mix = step.number(kMix);
    double total = 0;
    for (std::size_t i = 0; i < kMostChains; ++i) total += step.number(kFirst + 2 * i);
    if (mix == 0 || total == 0) return {};
    AVA_TRY(image::Pixels* const own, scene.pixels());
    std::vector<double> mixed(own->data.size());
    for (std::size_t i = 0; i < kMostChains; ++i) {
      const double share = step.number(kFirst + 2 * i) / total;
      if (share == 0) continue;
      AVA_TRY(const std::vector<Step> steps, parse_chain(step.text(kFirst + 2 * i + 1)));
      Scene version(sample::Sample(), *own);
      AVA_CHECK(apply_all(steps, version));
      AVA_TRY(const image::Pixels* const changed, version.pixels());
      for (std::size_t k = 0; k < mixed.size(); ++k) mixed[k] += share * changed->data[k];
    }
    for (std::size_t k = 0; k < mixed.size(); ++k)
      own->data[k] = static_cast<std::uint8_t>(std::lround((1 - mix) * own->data[k] + mix * mixed[k]));
    return {};
  }
};

}  // namespace

const Op& augmix() {
  static const AugMix op;
  return op;
}

}  // namespace ava::augment
