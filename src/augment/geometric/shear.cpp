// shear: slants the picture about its centre.
#include <array>

#include "augment/geometric/centred.hpp"
#include "augment/ops.hpp"
#include "augment/parameters.hpp"

namespace ava::augment {

namespace {

constexpr std::array kShearParameters = {Parameter{.name = "x",
                                                   .doc = "Slant along the rows; above 0 the lower half moves right",
                                                   .unit = "degrees",
                                                   .min = -60,
                                                   .max = 60,
                                                   .low = -15,
                                                   .high = 15},
                                         Parameter{.name = "y",
                                                   .doc = "Slant along the columns; above 0 the right half moves down",
                                                   .unit = "degrees",
                                                   .min = -60,
                                                   .max = 60},
                                         kFitParameter, kFillParameter};

class Shear final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "shear",
        .title = "Shear",
        .doc = "Slants the picture about its centre, as if pushed along its upper and lower edge.",
        .labels = "Boxes become slanted polygons and are cut at the edge; landmarks follow; classes stay.",
        .family = Family::kGeometric,
        .parameters = kShearParameters,
        .identity = "shear/0,0"};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    // Both slants undo the plane together where their tangents multiply to 1.
    const Transform slant = shear_by(step.number(0), 0).after(shear_by(0, step.number(1)));
    return warp_about_centre(scene, slant, step.text(2), fill_of(step.text(3)));
  }
};

}  // namespace

const Op& shear() {
  static const Shear op;
  return op;
}

}  // namespace ava::augment
