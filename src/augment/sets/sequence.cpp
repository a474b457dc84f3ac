// All members, one after the other: one probability for them together.
#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

class Sequence final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{.name = "sequence",
                                              .title = "Sequence",
                                              .doc = "Does its operations one after the other.",
                                              .labels = "As its operations do.",
                                              .family = Family::kSet,
                                              .has_members = true};
    return kDescription;
  }
  Result<void> perform(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    return perform_all(spec.members, scene, draws, steps);
  }
};

}  // namespace

const Op& sequence() {
  static const Sequence op;
  return op;
}

}  // namespace ava::augment
