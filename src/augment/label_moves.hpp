// Labels follow pixels: moving the points of a row, cutting polygons to the picture, swapping mirrored landmarks.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "augment/scene.hpp"
#include "sample/sample.hpp"

namespace ava::augment {

using PointMap = std::function<sample::Point(sample::Point)>;

/// Move every point and landmark. Upright boxes stay upright boxes where the map leaves them so, and otherwise become
/// polygons; with `bends`, which keeps no straight lines, the upright hull of their moved outline.
void move_points(sample::Sample& sample, const PointMap& map, bool bends);
/// The same with one entry.
void move_entry(sample::Entry& entry, const PointMap& map, bool bends);

/// Area inside a polygon, whatever its direction. Units: square pixels.
double area_of(std::span<const sample::Point> polygon);
/// The part of a polygon inside [0,width] x [0,height] (Sutherland-Hodgman; exact for convex polygons); empty when
/// nothing is left.
std::vector<sample::Point> cut_polygon(std::span<const sample::Point> polygon, double width, double height);

/// The rules of a node, applied to a whole row. `mirrored`: landmarks change places.
LabelCounts settle_labels(sample::Sample& sample, double width, double height, const LabelRules& rules, bool mirrored);

}  // namespace ava::augment
