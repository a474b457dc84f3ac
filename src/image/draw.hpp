// Draws on pixels what labels say: boxes, outlines, points and short texts, in colours that tell classes apart.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "image/codec.hpp"

namespace ava::image {

using Colour = std::array<std::uint8_t, 3>;  ///< R, G, B

/// One of twelve well told apart; the same number gives the same.
Colour colour_of(std::uint64_t number);

/// Thickness and text size that suit the picture. Units: pixels.
int pen_width_of(const Pixels& pixels);

/// Coordinates are continuous; what lies outside is cut. `pixels` must have 3 channels.
void draw_box(Pixels& pixels, double x0, double y0, double x1, double y1, Colour colour);
void draw_outline(Pixels& pixels, std::span<const std::pair<double, double>> points, Colour colour);
void draw_point(Pixels& pixels, double x, double y, Colour colour);
/// `ascii` on a filled ground, its lower left corner at x,y, moved so that it is inside. Other characters show as "?".
void draw_text(Pixels& pixels, std::string_view ascii, double x, double y, Colour ground);

}  // namespace ava::image
