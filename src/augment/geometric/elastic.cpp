// elastic: a smooth random displacement, as of a picture on rubber (Simard et al. 2003).
#include <algorithm>
#include <array>
#include <cmath>

#include "augment/draws.hpp"
#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::array kElasticParameters = {
    Parameter{.name = "alpha",
              .doc = "The largest shift; at most 0.4 sigma is used, so that nothing folds",
              .unit = "fraction of the shorter edge",
              .min = 0,
              .max = 0.2,
              .low = 0.02,
              .high = 0.05},
    Parameter{.name = "sigma",
              .doc = "Distance of the bumps: small is rough, large is smooth",
              .unit = "fraction of the shorter edge",
              .min = 0.02,
              .max = 0.5,
              .low = 0.1,
              .high = 0.15},
    kFillParameter, kSeedParameter};

/// Weights of four neighbouring nodes of a uniform cubic B-spline, `t` of the way from the second to the third.
std::array<double, 4> spline_weights(double t) {
  const double u = 1 - t;
  return {u * u * u / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * u * u * u - 6 * u * u + 4) / 6, t * t * t / 6};
}

/// Random shifts at nodes `spacing` apart, smooth between them. One coordinate.
class Rubber {
 public:
  Rubber(int width, int height, double spacing, double amount, Draws& draws) : spacing_(spacing) {
    columns_ = static_cast<std::size_t>(width / spacing) + 4;
    const std::size_t rows = static_cast<std::size_t>(height / spacing) + 4;
    for (std::size_t i = 0; i < columns_ * rows; ++i) nodes_.push_back(draws.between(-amount, amount));
    row_.resize(columns_);
  }
  /// Go to a row of pixels, then ask for its shifts.
  void go_to_row(double y) {
    const double at = y / spacing_;
    const auto first = static_cast<std::size_t>(at);
    const auto weights = spline_weights(at - static_cast<double>(first));
    for (std::size_t column = 0; column < columns_; ++column) {
      row_[column] = 0;
      for (std::size_t k = 0; k < 4; ++k) row_[column] += weights[k] * nodes_[(first + k) * columns_ + column];
    }
  }
  double shift_at(double x) const {
    const double at = x / spacing_;
    const auto first = static_cast<std::size_t>(at);
    const auto weights = spline_weights(at - static_cast<double>(first));
    double sum = 0;
    for (std::size_t k = 0; k < 4; ++k) sum += weights[k] * row_[first + k];
    return sum;
  }

 private:
  double spacing_;
  std::size_t columns_ = 0;
  std::vector<double> nodes_;
  std::vector<double> row_;
};

class Elastic final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "elastic",
        .title = "Elastic",
        .doc = "Shifts every part of the picture a little, smoothly and at random, as if it lay on rubber.",
        .labels = "Landmarks and polygons follow; a box becomes the upright box around its bent outline; classes stay.",
        .family = Family::kGeometric,
        .parameters = kElasticParameters,
        .identity = "elastic/0,0.1,black,0"};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    // Within 0.48 of the nodes' distance a cubic B-spline's map is one to one (Choi and Lee 2000).
    const double edge = std::min(scene.width(), scene.height());
    const double spacing = std::max(1.0, step.number(1) * edge);
    const double amount = std::min(step.number(0) * edge, 0.4 * spacing);
    if (amount == 0) return {};
    Draws draws(random_key(static_cast<std::uint64_t>(step.number(3)), "elastic"));
    Rubber across(scene.width(), scene.height(), spacing, amount, draws);
    Rubber down(scene.width(), scene.height(), spacing, amount, draws);
    Field field{scene.width(), scene.height(), {}, {}};
    const auto count = static_cast<std::size_t>(field.width) * static_cast<std::size_t>(field.height);
    field.x.reserve(count);
    field.y.reserve(count);
    for (int row = 0; row < field.height; ++row) {
      const double y = row + 0.5;
      across.go_to_row(y);
      down.go_to_row(y);
      for (int column = 0; column < field.width; ++column) {
        const double x = column + 0.5;
        field.x.push_back(static_cast<float>(x + across.shift_at(x)));
        field.y.push_back(static_cast<float>(y + down.shift_at(x)));
      }
    }
    return scene.bend(field, fill_of(step.text(2)));
  }
};

}  // namespace

const Op& elastic() {
  static const Elastic op;
  return op;
}

}  // namespace ava::augment
