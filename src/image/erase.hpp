// Takes parts of a picture away and paints something else there.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "image/codec.hpp"
#include "image/filter.hpp"

namespace ava::image {

/// What is painted. kMean: the mean colour of the whole picture; kColour: one drawn colour; kNoise: a drawn value in
/// every pixel.
enum class Paint : std::uint8_t { kBlack, kGrey, kWhite, kMean, kColour, kNoise };
/// "black", "grey", "white", "mean", "colour", "noise", in that order.
inline constexpr std::array<std::string_view, 6> kPaints = {"black", "grey", "white", "mean", "colour", "noise"};
/// kBlack when there is no such name.
Paint paint_of(std::string_view name);

void erase_area(Pixels& pixels, const Area& area, Paint paint, std::uint64_t seed);

/// A square in every cell of a grid. Units: pixels; the first cells begin at (-x, -y).
struct Grid {
  int cell = 1;
  int hole = 0;
  int x = 0;
  int y = 0;
};
void erase_grid(Pixels& pixels, const Grid& grid, Paint paint, std::uint64_t seed);

}  // namespace ava::image
