// RandAugment (Cubuk et al. 2019): some operations out of a fixed list, all of one strength. The list and its strengths
// are torchvision's, in the units of our operations.
#include <array>
#include <cmath>

#include "augment/op_text.hpp"
#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr double kStrongest = 30;

constexpr std::array kRandaugmentParameters = {Parameter{.name = "count",
                                                         .doc = "How many operations are done; one may come twice",
                                                         .kind = ParameterKind::kInteger,
                                                         .min = 1,
                                                         .max = 14,
                                                         .low = 2,
                                                         .high = 2},
                                               Parameter{.name = "magnitude",
                                                         .doc = "How strong they are",
                                                         .unit = "of 30",
                                                         .min = 0,
                                                         .max = kStrongest,
                                                         .low = 5,
                                                         .high = 12}};

/// What magnitude 0 and 30 mean for one parameter of an operation.
struct Strength {
  const Op& (*op)();
  std::string_view parameter;  ///< empty: the operation has no strength
  double weakest = 0;
  double strongest = 0;
  bool both_ways = false;  ///< the sign is drawn
};

constexpr std::array kStrengths = {Strength{.op = auto_contrast},
                                   Strength{.op = equalise},
                                   Strength{rotate, "angle", 0, 30, true},
                                   Strength{shear, "x", 0, 16.7, true},
                                   Strength{shear, "y", 0, 16.7, true},
                                   Strength{translate, "x", 0, 0.45, true},
                                   Strength{translate, "y", 0, 0.45, true},
                                   Strength{brightness, "amount", 0, 0.5, true},
                                   Strength{contrast, "amount", 0, 0.9, true},
                                   Strength{saturation, "amount", 0, 0.9, true},
                                   Strength{sharpen, "amount", 0, 1.8, false},
                                   Strength{posterise, "bits", 8, 4, false},
                                   Strength{solarise, "threshold", 1, 0, false}};

/// The operation at that strength; the other axis of a shear or a move stays.
OpSpec spec_at(const Strength& strength, double magnitude, Draws& draws) {
  OpSpec spec = default_spec(strength.op());
  const double sign = strength.both_ways && draws.chance(0.5) ? -1 : 1;
  const auto parameters = spec.op->description().parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Setting& setting = spec.settings[i];
    if (parameters[i].name == "x" || parameters[i].name == "y") setting.low = setting.high = 0;
    if (parameters[i].name != strength.parameter) continue;
    double value = strength.weakest + (strength.strongest - strength.weakest) * magnitude / kStrongest;
    if (parameters[i].kind == ParameterKind::kInteger) value = std::round(value);
    setting.low = setting.high = sign * value;
  }
  return spec;
}

class RandAugment final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "randaugment",
        .title = "RandAugment",
        .doc = "Does some operations of a fixed list (contrast, colours, turns, shears, moves), all equally strong.",
        .labels = "As the chosen operations do: boxes and landmarks follow turns, shears and moves; classes stay.",
        .family = Family::kSet,
        .parameters = kRandaugmentParameters};
    return kDescription;
  }

  Result<void> perform(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    const Step drawn = draw_values(spec, draws);
    for (int i = 0; i < static_cast<int>(drawn.number(0)); ++i) {
      const OpSpec member = spec_at(kStrengths[draws.below(kStrengths.size())], drawn.number(1), draws);
      AVA_CHECK(member.op->perform(member, scene, draws, steps));
    }
    return {};
  }
};

}  // namespace

const Op& randaugment() {
  static const RandAugment op;
  return op;
}

}  // namespace ava::augment
