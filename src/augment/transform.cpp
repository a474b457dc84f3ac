#include "augment/transform.hpp"

#include <cmath>
#include <numbers>
#include <utility>

namespace ava::augment {

Transform Transform::rotation(double degrees) {
  double turn = std::fmod(degrees, 360.0);
  if (turn < 0) turn += 360;
  double c = std::cos(turn * std::numbers::pi / 180);
  double s = std::sin(turn * std::numbers::pi / 180);
  // Quarter turns must move pixels whole.
  if (turn == 0 || turn == 180) s = 0;
  if (turn == 90 || turn == 270) c = 0;
  if (turn == 0 || turn == 180) c = turn == 0 ? 1 : -1;
  if (turn == 90 || turn == 270) s = turn == 90 ? 1 : -1;
  return {{c, -s, 0, s, c, 0, 0, 0, 1}};  // y points down: this turns clockwise
}

std::optional<Transform> Transform::of_corners(const std::array<sample::Point, 4>& from,
                                               const std::array<sample::Point, 4>& to) {
  // u = (a x + b y + c) / (g x + h y + 1), v = (d x + e y + f) / (g x + h y + 1): eight equations, Gauss with pivots.
  std::array<std::array<double, 9>, 8> rows{};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto [x, y] = from[i];
    const auto [u, v] = to[i];
    rows[2 * i] = {x, y, 1, 0, 0, 0, -u * x, -u * y, u};
    rows[2 * i + 1] = {0, 0, 0, x, y, 1, -v * x, -v * y, v};
  }
  for (std::size_t column = 0; column < 8; ++column) {
    std::size_t best = column;
    for (std::size_t row = column; row < 8; ++row)
      if (std::abs(rows[row][column]) > std::abs(rows[best][column])) best = row;
    if (std::abs(rows[best][column]) < 1e-9) return std::nullopt;
    std::swap(rows[best], rows[column]);
    for (std::size_t row = 0; row < 8; ++row) {
      if (row == column) continue;
      const double factor = rows[row][column] / rows[column][column];
      for (std::size_t k = column; k < 9; ++k) rows[row][k] -= factor * rows[column][k];
    }
  }
  Transform found;
  for (std::size_t i = 0; i < 8; ++i) found.m[i] = rows[i][8] / rows[i][i];
  return found;
}

sample::Point Transform::operator()(sample::Point p) const {
  const double x = m[0] * p.x + m[1] * p.y + m[2];
  const double y = m[3] * p.x + m[4] * p.y + m[5];
  if (is_affine()) return {x, y};
  const double w = m[6] * p.x + m[7] * p.y + m[8];
  return {x / w, y / w};
}

Transform Transform::after(const Transform& before) const {
  Transform product;
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 3; ++column) {
      double sum = 0;
      for (std::size_t k = 0; k < 3; ++k) sum += m[3 * row + k] * before.m[3 * k + column];
      product.m[3 * row + column] = sum;
    }
  return product;
}

double Transform::determinant() const {
  return m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
}

std::optional<Transform> Transform::inverse() const {
  const double d = determinant();
  if (!std::isfinite(d) || std::abs(d) < 1e-12) return std::nullopt;
  Transform inverse{{m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                     m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                     m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]}};
  for (double& value : inverse.m) value /= d;
  if (is_affine()) {  // exactly, so that it is seen to be
    inverse.m[6] = inverse.m[7] = 0;
    inverse.m[8] = 1;
  }
  return inverse;
}

}  // namespace ava::augment
