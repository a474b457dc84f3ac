// What operations that take parts of a picture away have in common: they draw steps of `erase`.
#pragma once

#include <string_view>

#include "augment/draws.hpp"
#include "augment/op.hpp"
#include "image/erase.hpp"

namespace ava::augment {

inline constexpr std::string_view kLabelsStayHidden =
    "Boxes, landmarks and classes stay, also where the pixels are gone.";
inline constexpr Parameter kPaintParameter{
    .name = "fill",
    .doc = "What is painted there; mean: the picture's mean colour, colour: a random one, noise: random pixels",
    .kind = ParameterKind::kChoice,
    .choices = image::kPaints};

constexpr Parameter fraction(std::string_view name, std::string_view doc, std::string_view unit, double low,
                             double high) {
  return {.name = name, .doc = doc, .unit = unit, .min = 0, .max = 1, .low = low, .high = high};
}

/// Both edges as fractions of a frame, at a random place wholly inside it. Empty when an edge rounds to nothing.
/// Units: pixels.
image::Area draw_area(const image::Area& frame, double width, double height, Draws& draws);
/// `erase` of that area, with a drawn seed if the paint needs one; none for an empty area.
void push_erase(const image::Area& area, std::string_view paint, Draws& draws, std::vector<Step>& steps);

}  // namespace ava::augment
