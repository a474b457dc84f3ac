#include "augment/geometric/centred.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ava::augment {

namespace {

/// Sizes that are whole but for rounding errors must not grow by a pixel.
int whole_above(double size) { return std::max(1, static_cast<int>(std::ceil(size - 1e-6))); }

}  // namespace

Transform about_centre(const Transform& transform, double width, double height) {
  const Transform to_origin = Transform::translation(-width / 2, -height / 2);
  return Transform::translation(width / 2, height / 2).after(transform.after(to_origin));
}

Result<void> warp_about_centre(Scene& scene, const Transform& transform, std::string_view fit, Fill fill,
                               sample::Point then_by) {
  if (transform.is_identity() && then_by == sample::Point{}) return {};
  const double width = scene.width();
  const double height = scene.height();
  const Transform centred = about_centre(transform, width, height);
  const Transform shift = Transform::translation(then_by.x, then_by.y);
  if (fit != "expand") return scene.warp(shift.after(centred), scene.width(), scene.height(), fill);
  std::array<sample::Point, 4> corners = {{{0, 0}, {width, 0}, {width, height}, {0, height}}};
  for (sample::Point& corner : corners) corner = centred(corner);
  const sample::Box hull = sample::hull_of(corners);
  const int wide = whole_above(hull.x1 - hull.x0);
  const int high = whole_above(hull.y1 - hull.y0);
  const Transform moved = Transform::translation((wide - width) / 2, (high - height) / 2).after(shift.after(centred));
  return scene.warp(moved, wide, high, fill);
}

Transform shear_by(double x_degrees, double y_degrees) {
  const auto tangent = [](double degrees) { return std::tan(degrees * std::numbers::pi / 180); };
  return Transform::shearing(tangent(x_degrees), tangent(y_degrees));
}

}  // namespace ava::augment
