// Boxes as other label formats write them, to and from AVA's edges: one place for importers and exporters, so that
// what goes out comes back. Source: formats.md 1, 12.1, 12.2, 12.3.
#pragma once

#include <cmath>

#include "sample/sample.hpp"

namespace ava::sample {

/// COCO, Hugging Face. Units: pixels, top-left corner and size.
struct CocoBox {
  double x = 0, y = 0, width = 0, height = 0;
};
inline Box box_of(const CocoBox& b) { return {b.x, b.y, b.x + b.width, b.y + b.height}; }
inline CocoBox to_coco(const Box& b) { return {b.x0, b.y0, b.x1 - b.x0, b.y1 - b.y0}; }

/// Pascal VOC. Units: pixels counted from 1, the last one inside. Exact for boxes on whole pixels; others grow to them.
struct VocBox {
  double xmin = 0, ymin = 0, xmax = 0, ymax = 0;
};
inline Box box_of(const VocBox& b) { return {b.xmin - 1, b.ymin - 1, b.xmax, b.ymax}; }
inline VocBox to_voc(const Box& b) {
  return {std::floor(b.x0) + 1, std::floor(b.y0) + 1, std::ceil(b.x1), std::ceil(b.y1)};
}

/// YOLO. Units: fractions of the picture's width and height, centre and size.
struct YoloBox {
  double cx = 0, cy = 0, width = 0, height = 0;
};
inline Box box_of(const YoloBox& b, double picture_width, double picture_height) {
  return {(b.cx - b.width / 2) * picture_width, (b.cy - b.height / 2) * picture_height,
          (b.cx + b.width / 2) * picture_width, (b.cy + b.height / 2) * picture_height};
}
inline YoloBox to_yolo(const Box& b, double picture_width, double picture_height) {
  return {(b.x0 + b.x1) / 2 / picture_width, (b.y0 + b.y1) / 2 / picture_height, (b.x1 - b.x0) / picture_width,
          (b.y1 - b.y0) / picture_height};
}
/// Polygon and key points of YOLO: fractions on both axes.
inline Point point_of_fraction(const Point& p, double picture_width, double picture_height) {
  return {p.x * picture_width, p.y * picture_height};
}
inline Point to_fraction(const Point& p, double picture_width, double picture_height) {
  return {p.x / picture_width, p.y / picture_height};
}

}  // namespace ava::sample
