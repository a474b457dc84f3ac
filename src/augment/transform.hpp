// Maps of the plane: 3x3 matrices over continuous pixel coordinates (origin at the top-left corner of the top-left
// pixel, x right, y down; the centre of pixel 0 is 0.5).
#pragma once

#include <array>
#include <optional>

#include "sample/sample.hpp"

namespace ava::augment {

/// Row by row. to = T * from. Affine when the last row is 0 0 1.
struct Transform {
  std::array<double, 9> m{1, 0, 0, 0, 1, 0, 0, 0, 1};

  static Transform identity() { return {}; }
  static Transform translation(double dx, double dy) { return {{1, 0, dx, 0, 1, dy, 0, 0, 1}}; }
  static Transform scaling(double sx, double sy) { return {{sx, 0, 0, 0, sy, 0, 0, 0, 1}}; }
  /// Clockwise as seen on the screen. Quarter turns are exact.
  static Transform rotation(double degrees);
  /// x += kx * y, y += ky * x.
  static Transform shearing(double kx, double ky) { return {{1, kx, 0, ky, 1, 0, 0, 0, 1}}; }
  /// The one that takes four points to four others; nullopt when three of them lie on a line.
  static std::optional<Transform> of_corners(const std::array<sample::Point, 4>& from,
                                             const std::array<sample::Point, 4>& to);

  sample::Point operator()(sample::Point p) const;
  /// This one after `before`.
  Transform after(const Transform& before) const;
  std::optional<Transform> inverse() const;
  double determinant() const;
  bool is_affine() const { return m[6] == 0 && m[7] == 0 && m[8] == 1; }
  bool is_identity() const { return m == Transform{}.m; }
};

}  // namespace ava::augment
