// One member, chosen by weights: a member's probability is its weight among the others.
#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

class OneOf final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "one-of",
        .title = "One of",
        .doc = "Does one of its operations; the probabilities of the operations are their weights.",
        .labels = "As the chosen operation does.",
        .family = Family::kSet,
        .has_members = true};
    return kDescription;
  }
  Result<void> perform(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    double total = 0;
    for (const OpSpec& member : spec.members) total += member.probability;
    double at = draws.unit() * total;
    for (const OpSpec& member : spec.members) {
      at -= member.probability;
      if (at < 0) return member.op->perform(member, scene, draws, steps);
    }
    return {};  // all weights are 0
  }
};

}  // namespace

const Op& one_of() {
  static const OneOf op;
  return op;
}

}  // namespace ava::augment
