#include "augment/label_moves.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ava::augment {

namespace {

using sample::Entry;
using sample::Point;

constexpr int kStepsPerEdge = 8;

/// Thousandths of a pixel: readable lists, and far below what anybody can see.
double tidy(double value) {
  const double rounded = std::round(value * 1000) / 1000;
  return rounded == 0 ? 0 : rounded;
}

/// Two points are the corners of an upright box: four say the same and can be turned.
void write_corners(std::vector<Point>& points) {
  if (points.size() == 2) points = sample::corners_of(sample::hull_of(points));
}

/// Points along the edges of a polygon, for maps that bend straight lines.
std::vector<Point> outline_of(std::span<const Point> polygon) {
  std::vector<Point> dense;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Point a = polygon[i];
    const Point b = polygon[(i + 1) % polygon.size()];
    for (int k = 0; k < kStepsPerEdge; ++k) {
      const double t = static_cast<double>(k) / kStepsPerEdge;
      dense.push_back({a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t});
    }
  }
  return dense;
}

/// One pass of Sutherland-Hodgman: keep what has `inside` >= 0, a signed distance from an edge of the picture.
template <class Distance>
std::vector<Point> cut_side(const std::vector<Point>& polygon, const Distance& inside) {
  std::vector<Point> kept;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Point a = polygon[i];
    const Point b = polygon[(i + 1) % polygon.size()];
    const double da = inside(a);
    const double db = inside(b);
    if (da >= 0) kept.push_back(a);
    if ((da > 0 && db < 0) || (da < 0 && db > 0)) {
      const double t = da / (da - db);
      kept.push_back({a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t});
    }
  }
  return kept;
}

bool is_inside(const Point& p, double width, double height) {
  return p.x >= 0 && p.y >= 0 && p.x <= width && p.y <= height;
}

/// False: too little is left, the entry goes.
bool settle_points(Entry& entry, double width, double height, const LabelRules& rules, LabelCounts& counts) {
  if (entry.points.empty()) return true;
  if (entry.points.size() == 1) return is_inside(entry.points[0], width, height);
  const bool upright = sample::is_rectangle(entry.points);
  write_corners(entry.points);
  const double before = area_of(entry.points);
  const auto inside = [&](const Point& p) { return is_inside(p, width, height); };
  const bool whole = std::all_of(entry.points.begin(), entry.points.end(), inside);
  if (!whole) {
    entry.points = cut_polygon(entry.points, width, height);
    if (upright && !entry.points.empty()) entry.points = sample::corners_of(sample::hull_of(entry.points));
    for (Point& p : entry.points) p = {tidy(p.x), tidy(p.y)};
  }
  const double after = entry.points.empty() ? 0 : area_of(entry.points);
  if (!(after >= rules.min_area) || !(after >= rules.min_visibility * before)) return false;
  counts.boxes_clipped += whole ? 0 : 1;
  if (rules.hull && !upright) entry.points = sample::corners_of(sample::hull_of(entry.points));
  return true;
}

void settle_landmarks(Entry& entry, double width, double height, const LabelRules& rules, bool mirrored,
                      LabelCounts& counts) {
  const auto outside = [&](const sample::Landmark& mark) { return !is_inside(mark.point, width, height); };
  counts.landmarks_dropped += std::erase_if(entry.landmarks, outside);
  if (!mirrored) return;
  for (sample::Landmark& mark : entry.landmarks)
    for (const auto& [left, right] : rules.mirrored_landmarks) {
      if (mark.index != left && mark.index != right) continue;
      mark.index = mark.index == left ? right : left;
      break;
    }
  std::stable_sort(entry.landmarks.begin(), entry.landmarks.end(),
                   [](const auto& a, const auto& b) { return a.index < b.index; });
}

}  // namespace

void move_entry(Entry& entry, const PointMap& map, bool bends) {
  const bool upright = sample::is_rectangle(entry.points);
  write_corners(entry.points);
  if (upright && bends) {
    std::vector<Point> dense = outline_of(entry.points);
    for (Point& p : dense) p = map(p);
    entry.points = sample::corners_of(sample::hull_of(dense));
  } else {
    for (Point& p : entry.points) {
      const Point to = map(p);
      p = {tidy(to.x), tidy(to.y)};
    }
    if (upright && sample::is_rectangle(entry.points)) entry.points = sample::corners_of(sample::hull_of(entry.points));
  }
  for (Point& p : entry.points) p = {tidy(p.x), tidy(p.y)};
  for (sample::Landmark& mark : entry.landmarks) {
    const Point to = map(mark.point);
    mark.point = {tidy(to.x), tidy(to.y)};
  }
}

void LabelCounts::add(const LabelCounts& other) {
  boxes_clipped += other.boxes_clipped;
  boxes_dropped += other.boxes_dropped;
  landmarks_dropped += other.landmarks_dropped;
}

void move_points(sample::Sample& sample, const PointMap& map, bool bends) {
  for (sample::Label& label : sample.labels)
    for (Entry& entry : label.data) move_entry(entry, map, bends);
}

double area_of(std::span<const Point> polygon) {
  double twice = 0;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Point& a = polygon[i];
    const Point& b = polygon[(i + 1) % polygon.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return std::abs(twice) / 2;
}

std::vector<Point> cut_polygon(std::span<const Point> polygon, double width, double height) {
  std::vector<Point> left(polygon.begin(), polygon.end());
  left = cut_side(left, [](const Point& p) { return p.x; });
  left = cut_side(left, [&](const Point& p) { return width - p.x; });
  left = cut_side(left, [](const Point& p) { return p.y; });
  left = cut_side(left, [&](const Point& p) { return height - p.y; });
  if (left.size() < 3) left.clear();
  return left;
}

LabelCounts settle_labels(sample::Sample& sample, double width, double height, const LabelRules& rules, bool mirrored) {
  LabelCounts counts;
  for (sample::Label& label : sample.labels) {
    if (label.type == sample::LabelType::kClassification) continue;
    counts.boxes_dropped +=
        std::erase_if(label.data, [&](Entry& entry) { return !settle_points(entry, width, height, rules, counts); });
    for (Entry& entry : label.data) settle_landmarks(entry, width, height, rules, mirrored, counts);
  }
  return counts;
}

}  // namespace ava::augment
