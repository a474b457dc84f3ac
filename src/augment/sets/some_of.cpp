// A number of members, chosen without repetition and done in a drawn order.
#include <algorithm>
#include <array>
#include <numeric>

#include "augment/ops.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::array kSomeOfParameters = {
    Parameter{.name = "count",
              .doc = "How many of the operations are done",
              .kind = ParameterKind::kInteger,
              .min = 0,
              .max = 64,
              .low = 1,
              .high = 2},
};

class SomeOf final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{.name = "some-of",
                                              .title = "Some of",
                                              .doc = "Does some of its operations, in a drawn order.",
                                              .labels = "As the chosen operations do.",
                                              .family = Family::kSet,
                                              .parameters = kSomeOfParameters,
                                              .has_members = true};
    return kDescription;
  }
  Result<void> perform(const OpSpec& spec, Scene& scene, Draws& draws, std::vector<Step>& steps) const override {
    const auto wanted = static_cast<std::size_t>(draw_values(spec, draws).number(0));
    std::vector<std::size_t> order(spec.members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = 0; i < std::min(wanted, order.size()); ++i) {
      std::swap(order[i], order[i + draws.below(order.size() - i)]);
      AVA_CHECK(perform_all({&spec.members[order[i]], 1}, scene, draws, steps));
    }
    return {};
  }
};

}  // namespace

const Op& some_of() {
  static const SomeOf op;
  return op;
}

}  // namespace ava::augment
