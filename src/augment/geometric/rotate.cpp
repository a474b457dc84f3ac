// Turns the picture by any angle around its centre.
#include <array>
#include <cmath>

#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::array<std::string_view, 3> kFits = {"keep", "expand", "crop"};
constexpr std::array kRotateParameters = {
    Parameter{.name = "angle", .doc = "Clockwise", .unit = "degrees", .min = -360, .max = 360, .low = -15, .high = 15},
    Parameter{.name = "fit",
              .doc = "keep: same size, corners are lost; expand: as large as the turned picture; crop: as small as has "
                     "no empty corners",
              .kind = ParameterKind::kChoice,
              .choices = kFits},
    kFillParameter,
};

struct Size {
  double width, height;
};

/// The smallest upright frame around a turned one.
Size expanded(Size from, double c, double s) {
  return {from.width * std::abs(c) + from.height * std::abs(s), from.width * std::abs(s) + from.height * std::abs(c)};
}

/// The largest upright frame of any shape inside a turned one: its corners touch two or all four sides.
Size inscribed(Size from, double c, double s) {
  c = std::abs(c);
  s = std::abs(s);
  const double longer = std::max(from.width, from.height);
  const double shorter = std::min(from.width, from.height);
  if (shorter <= 2 * s * c * longer || std::abs(s - c) < 1e-10) {
    const double half = shorter / 2;
    return from.width >= from.height ? Size{half / s, half / c} : Size{half / c, half / s};
  }
  const double d = c * c - s * s;
  return {(from.width * c - from.height * s) / d, (from.height * c - from.width * s) / d};
}

class Rotate final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{.name = "rotate",
                                              .title = "Rotate",
                                              .doc = "Turns the picture around its centre.",
                                              .labels = "Boxes become turned polygons, landmarks move with the pixels.",
                                              .family = Family::kGeometric,
                                              .parameters = kRotateParameters,
                                              .identity = "rotate/0"};
    return kDescription;
  }
  Result<void> apply(Scene& scene, const Step& step) const override {
    const Transform turn = Transform::rotation(step.number(0));
    const Size from{static_cast<double>(scene.width()), static_cast<double>(scene.height())};
    Size size = from;
    if (step.text(1) == "expand") size = expanded(from, turn.m[0], turn.m[3]);
    if (step.text(1) == "crop") size = inscribed(from, turn.m[0], turn.m[3]);
    const int width = std::max(1, static_cast<int>(std::lround(size.width)));
    const int height = std::max(1, static_cast<int>(std::lround(size.height)));
    const Transform around = Transform::translation(width / 2.0, height / 2.0)
                                 .after(turn)
                                 .after(Transform::translation(-from.width / 2, -from.height / 2));
    return scene.warp(around, width, height, fill_of(step.text(2)));
  }
};

}  // namespace

const Op& rotate() {
  static const Rotate op;
  return op;
}

}  // namespace ava::augment
