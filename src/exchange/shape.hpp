// Shapes of annotation tools (polygon, polyline, circle, rotated box ...) as an entry of a list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exchange/samples.hpp"
#include "exchange/sink.hpp"

namespace ava::exchange {

/// "x,y;x,y" of CVAT. False: a number is missing or none.
bool parse_points(std::string_view text, std::vector<sample::Point>& points);
/// The four corners of a box turned by `degrees` clockwise around its middle.
std::vector<sample::Point> turned(const sample::Box& box, double degrees);

/// One shape on its way into a sample.
struct Shape {
  std::string cls;
  std::string kind;                   ///< "box", "polygon", "polyline", ...; all but those two stay as member `shape`
  std::vector<sample::Point> points;  ///< box: two corners
  Members members;
};
/// Add the shape to the sample's first label of detection, or list why not. `at` is file, line and url of the reject.
/// Slugs: `class_missing`, `name.*`, `bbox_*`.
Result<void> add_shape(Shape shape, const Frame& frame, sample::Reject at, sample::Sample& sample, Sink& sink);

}  // namespace ava::exchange
