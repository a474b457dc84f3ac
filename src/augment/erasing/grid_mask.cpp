// grid-mask: a square hole in every cell of a grid (GridMask, GridDropout).
#include <algorithm>
#include <array>
#include <cmath>

#include "augment/erasing/erase.hpp"
#include "augment/ops.hpp"
#include "augment/parameters.hpp"
#include "augment/pixel_op.hpp"

namespace ava::augment {

namespace {

constexpr Parameter shift(std::string_view name, std::string_view doc) {
  return {.name = name,
          .doc = doc,
          .unit = "fraction of a cell",
          .min = 0,
          .max = 1,
          .low = 0,
          .high = 1,
          .drawn_only = true};
}

constexpr std::array kGridMaskParameters = {Parameter{.name = "cell",
                                                      .doc = "Edge of a cell",
                                                      .unit = "fraction of the picture's shorter edge",
                                                      .min = 0.01,
                                                      .max = 1,
                                                      .low = 0.15,
                                                      .high = 0.3},
                                            fraction("ratio", "Edge of the hole", "fraction of the cell", 0.3, 0.6),
                                            shift("x", "How far the grid is moved to the left"),
                                            shift("y", "How far the grid is moved up"),
                                            kSeedParameter,
                                            kPaintParameter};
constexpr Description kGridMaskDescription{.name = "grid-mask",
                                           .title = "Grid mask",
                                           .doc = "Takes away squares at even distances all over the picture.",
                                           .labels = kLabelsStayHidden,
                                           .family = Family::kErasing,
                                           .parameters = kGridMaskParameters,
                                           .identity = "grid-mask/0.2,0,0,0,0"};

Result<void> apply_grid_mask(image::Pixels& pixels, const Step& step) {
  const auto part = [](double share, int of) { return static_cast<int>(std::lround(share * of)); };
  image::Grid grid;
  grid.cell = std::max(2, part(step.number(0), std::min(pixels.width, pixels.height)));
  grid.hole = part(step.number(1), grid.cell);
  grid.x = part(step.number(2), grid.cell);
  grid.y = part(step.number(3), grid.cell);
  erase_grid(pixels, grid, image::paint_of(step.text(5)), static_cast<std::uint64_t>(step.number(4)));
  return {};
}

}  // namespace

const Op& grid_mask() {
  static const PixelOp op(kGridMaskDescription, apply_grid_mask);
  return op;
}

}  // namespace ava::augment
