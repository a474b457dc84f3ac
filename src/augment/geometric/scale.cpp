// scale: larger or smaller within the same frame.
#include <array>

#include "augment/geometric/centred.hpp"
#include "augment/ops.hpp"
#include "augment/parameters.hpp"

namespace ava::augment {

namespace {

constexpr std::array kScaleParameters = {Parameter{.name = "factor",
                                                   .doc = "Above 1 comes nearer, below 1 goes away",
                                                   .unit = "times",
                                                   .min = 0.05,
                                                   .max = 20,
                                                   .low = 0.8,
                                                   .high = 1.25},
                                         kFitParameter, kFillParameter};

class Scale final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "scale",
        .title = "Scale",
        .doc = "Shows the picture nearer or farther about its centre; the frame keeps its size unless it may expand.",
        .labels = "Boxes and landmarks follow exactly; boxes are cut at the edge; classes stay.",
        .family = Family::kGeometric,
        .parameters = kScaleParameters,
        .identity = "scale/1"};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    const Transform grown = Transform::scaling(step.number(0), step.number(0));
    return warp_about_centre(scene, grown, step.text(1), fill_of(step.text(2)));
  }
};

}  // namespace

const Op& scale() {
  static const Scale op;
  return op;
}

}  // namespace ava::augment
