// grid-distortion: columns and rows of a grid grow and shrink at random.
#include <algorithm>
#include <array>
#include <cmath>

#include "augment/draws.hpp"
#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/scene.hpp"

namespace ava::augment {

namespace {

constexpr std::array kGridDistortionParameters = {
    Parameter{.name = "cells",
              .doc = "How many columns and rows the grid has",
              .kind = ParameterKind::kInteger,
              .min = 2,
              .max = 20,
              .low = 5,
              .high = 5},
    Parameter{.name = "limit",
              .doc = "How much wider or narrower a column or row may become",
              .unit = "fraction of its size",
              .min = 0,
              .max = 0.5,
              .low = 0.2,
              .high = 0.4},
    kSeedParameter};

/// For each pixel of an edge, where it comes from: cells of equal size take from cells of random size.
std::vector<float> stretched(int edge, std::size_t cells, double limit, Draws& draws) {
  std::vector<double> bounds = {0};
  for (std::size_t i = 0; i < cells; ++i) bounds.push_back(bounds.back() + 1 + draws.between(-limit, limit));
  for (double& bound : bounds) bound *= edge / bounds.back();
  std::vector<float> from;
  for (int i = 0; i < edge; ++i) {
    const double at = (i + 0.5) * static_cast<double>(cells) / edge;
    const std::size_t cell = std::min(static_cast<std::size_t>(at), cells - 1);
    const double part = at - static_cast<double>(cell);
    from.push_back(static_cast<float>(bounds[cell] + part * (bounds[cell + 1] - bounds[cell])));
  }
  return from;
}

class GridDistortion final : public Op {
 public:
  const Description& description() const override {
    static constexpr Description kDescription{
        .name = "grid-distortion",
        .title = "Grid distortion",
        .doc = "Lays a grid over the picture and makes its columns and rows wider or narrower; the edges stay.",
        .labels = "Boxes stay upright and follow; landmarks and polygons follow; nothing is cut; classes stay.",
        .family = Family::kGeometric,
        .parameters = kGridDistortionParameters,
        .identity = "grid-distortion/5,0,0"};
    return kDescription;
  }

  Result<void> apply(Scene& scene, const Step& step) const override {
    if (step.number(1) == 0) return {};
    Draws draws(random_key(static_cast<std::uint64_t>(step.number(2)), "grid-distortion"));
    const auto cells = static_cast<std::size_t>(step.number(0));
    const std::vector<float> across = stretched(scene.width(), cells, step.number(1), draws);
    const std::vector<float> down = stretched(scene.height(), cells, step.number(1), draws);
    Field field{scene.width(), scene.height(), {}, {}};
    for (const float y : down) {
      field.x.insert(field.x.end(), across.begin(), across.end());
      field.y.insert(field.y.end(), across.size(), y);
    }
    return scene.bend(field, Fill::kEdge);
  }
};

}  // namespace

const Op& grid_distortion() {
  static const GridDistortion op;
  return op;
}

}  // namespace ava::augment
