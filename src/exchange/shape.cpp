#include "exchange/shape.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ava::exchange {

bool parse_points(std::string_view text, std::vector<sample::Point>& points) {
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const auto comma = one.find(',');
    const auto x = number_of(one.substr(0, comma));
    const auto y = comma == std::string_view::npos ? std::nullopt : number_of(one.substr(comma + 1));
    if (!x || !y) return false;
    points.push_back({*x, *y});
  }
  return true;
}

std::vector<sample::Point> turned(const sample::Box& box, double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  const double cx = (box.x0 + box.x1) / 2, cy = (box.y0 + box.y1) / 2;
  std::vector<sample::Point> corners = sample::corners_of(box);
  for (sample::Point& p : corners) {
    const double dx = p.x - cx, dy = p.y - cy;
    p = {cx + dx * std::cos(angle) - dy * std::sin(angle), cy + dx * std::sin(angle) + dy * std::cos(angle)};
  }
  return corners;
}

Result<void> add_shape(Shape shape, const Frame& frame, sample::Reject at, sample::Sample& sample, Sink& sink) {
  const auto refuse = [&](std::string_view slug, std::string_view detail) {
    at.slug = slug;
    at.detail += detail;
    return sink.reject_annotation(at);
  };
  if (shape.cls.empty()) return refuse("class_missing", "the shape has no label");
  if (const auto good = sample::check_class_name(shape.cls); !good.ok())
    return refuse(good.error().slug(), good.error().message());
  sample::Entry entry;
  entry.cls = std::move(shape.cls);
  Judged judged;
  if (shape.kind == "box" && shape.points.size() == 2) {
    sample::Box box = sample::hull_of(shape.points);
    judged = judge(box, frame);
    for (const sample::Point& p : shape.points)
      if (!std::isfinite(p.x) || !std::isfinite(p.y)) judged = {"bbox_not_a_number", "a corner is not a number", false};
    entry.points = sample::corners_of(box);
  } else {
    judged = judge(shape.points, frame);
    entry.points = std::move(shape.points);
    // Two points would be read back as the corners of a box.
    if (judged.slug.empty() && entry.points.size() == 2)
      entry.points = sample::corners_of(sample::hull_of(entry.points));
  }
  if (!judged.slug.empty()) return refuse(judged.slug, judged.detail);
  if (judged.clipped) sink.note("bbox_clipped");
  if (shape.kind != "box" && shape.kind != "polygon") {
    shape.members.text("shape", shape.kind);
    sink.note("shape." + shape.kind);
  }
  entry.extra = shape.members.take();
  sample.labels.front().data.push_back(std::move(entry));
  return {};
}

}  // namespace ava::exchange
