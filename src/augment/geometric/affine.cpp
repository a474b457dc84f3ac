// affine: turn, scale, shear and move in one step.
#include <array>
#include <cmath>

#include "augment/geometric/centred.hpp"
#include "augment/ops.hpp"
#include "augment/parameters.hpp"

namespace ava::augment {

namespace {

constexpr Parameter slant(std::string_view name, std::string_view doc) {
  return {.name = name, .doc = doc, .unit = "degrees", .min = -60, .max = 60, .low = -5, .high = 5};
}

constexpr Parameter move(std::string_view name, std::string_view doc, std::string_view unit) {
  return {.name = name, .doc = doc, .unit = unit, .min = -1, .max = 1, .low = -0.05, .high = 0.05};
}

constexpr std::array kAffineParameters = {
    Parameter{.name = "angle", .doc = "Clockwise", .unit = "degrees", .min = -360, .max = 360, .low = -15, .high = 15},
    Parameter{.name = "scale",
              .doc = "Above 1 comes nearer, below 1 goes away",
              .unit = "times",
              .min = 0.05,
              .max = 20,
              .low = 0.9,
              .high = 1.1},
    move("translate-x", "How far to the right; below 0 to the left", "fraction of the width"),
    move("translate-y", "How far down; below 0 up", "fraction of the height"),
    slant("shear-x", "Slant along the rows; above 0 the lower half moves right"),
    slant("shear-y", "Slant along the columns; above 0 the right half moves down"),
    kFitParameter,
    kFillParameter};

class Affine final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "affine",
        .title = "Turn, scale, shear and move",
        .doc =
            "Shears, scales and turns the picture about its centre, then moves it; lines stay straight and parallel.",
        .labels = "Boxes become turned polygons and are cut at the edge; landmarks follow; classes stay.",
        .family = Family::kGeometric,
        .parameters = kAffineParameters,
        .identity = "affine/0,1,0,0,0,0"};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    const Transform slanted = shear_by(step.number(4), 0).after(shear_by(0, step.number(5)));
    const Transform scaled = Transform::scaling(step.number(1), step.number(1)).after(slanted);
    const Transform turned = Transform::rotation(step.number(0)).after(scaled);
    const double dx = step.number(2) * scene.width();
    const double dy = step.number(3) * scene.height();
    return warp_about_centre(scene, turned, step.text(6), fill_of(step.text(7)), {dx, dy});
  }
};

}  // namespace

const Op& affine() {
  static const Affine op;
  return op;
}

}  // namespace ava::augment
