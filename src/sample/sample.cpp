#include "sample/sample.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/file.hpp"

namespace ava::sample {

std::string_view name_of(LabelType type) {
  switch (type) {
    case LabelType::kClassification:
      return "classification";
    case LabelType::kDetection:
      return "detection";
    case LabelType::kFace:
      return "face";
  }
  return "";
}

std::string LabelKey::str() const { return fmt::format("{}.{}", name_of(type), name); }

Result<LabelKey> LabelKey::parse(std::string_view text) {
  if (text == "facecluster") return LabelKey{LabelType::kFace, "face"};
  const auto dot = text.find('.');
  const auto type = text.substr(0, dot);
  const std::string name(dot == std::string_view::npos ? "" : text.substr(dot + 1));
  if (!name.empty()) {
    if (type == "classification" || type == "class") return LabelKey{LabelType::kClassification, name};
    if (type == "detection" || type == "detect") return LabelKey{LabelType::kDetection, name};
    if (type == "face") return LabelKey{LabelType::kFace, name};
  }
  return Error(ErrorCode::kInvalidArgument, "label.bad_key", fmt::format("'{}' names no label", text))
      .hint("write classification.<name>, detection.<name> or face.<name>");
}

Box hull_of(std::span<const Point> points) {
  if (points.empty()) return {};
  Box box{points[0].x, points[0].y, points[0].x, points[0].y};
  for (const Point& p : points) {
    box.x0 = std::min(box.x0, p.x);
    box.y0 = std::min(box.y0, p.y);
    box.x1 = std::max(box.x1, p.x);
    box.y1 = std::max(box.y1, p.y);
  }
  return box;
}

std::vector<Point> corners_of(const Box& box) {
  return {{box.x0, box.y0}, {box.x1, box.y0}, {box.x1, box.y1}, {box.x0, box.y1}};
}

bool is_list_member(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kMembers{"url",   "type",   "source_url",  "ops",    "label",
                                                            "class", "detect", "facecluster", "invalid"};
  return std::ranges::find(kMembers, name) != kMembers.end();
}

bool is_rectangle(std::span<const Point> points) {
  if (points.size() == 2) return true;
  if (points.size() != 4) return false;
  const Box box = hull_of(points);
  // Four corners, all different, neighbours sharing an edge: any start, either direction.
  for (std::size_t i = 0; i < 4; ++i) {
    const Point& p = points[i];
    const Point& q = points[(i + 1) % 4];
    if ((p.x != box.x0 && p.x != box.x1) || (p.y != box.y0 && p.y != box.y1)) return false;
    if ((p.x == q.x) == (p.y == q.y)) return false;
    if (p == points[(i + 2) % 4]) return false;
  }
  return true;
}

Clip clip(Box& box, double width, double height) {
  const Box before = box;
  box.x0 = std::clamp(box.x0, 0.0, width);
  box.x1 = std::clamp(box.x1, 0.0, width);
  box.y0 = std::clamp(box.y0, 0.0, height);
  box.y1 = std::clamp(box.y1, 0.0, height);
  if (!(box.x1 > box.x0) || !(box.y1 > box.y0)) return Clip::kEmpty;
  return box == before ? Clip::kInside : Clip::kClipped;
}

const LabelView* SampleView::find(LabelType label_type, std::string_view name) const {
  for (const LabelView& label : labels)
    if (label.type == label_type && label.name == name) return &label;
  return nullptr;
}

const Label* Sample::find(const LabelKey& key) const {
  for (const Label& label : labels)
    if (label.type == key.type && label.name == key.name) return &label;
  return nullptr;
}

std::string_view class_of(const LabelView& label, bool* several) {
  std::string_view found;
  if (several != nullptr) *several = false;
  for (const EntryView& entry : label.data) {
    if (!entry.truth || entry.cls.empty()) continue;
    if (found.empty()) found = entry.cls;
    if (several != nullptr && entry.cls != found) *several = true;
  }
  return found;
}

std::string_view class_of(const SampleView& sample, const LabelKey& key, bool* several) {
  if (several != nullptr) *several = false;
  const LabelView* label = sample.find(key);
  return label == nullptr ? std::string_view() : class_of(*label, several);
}

Result<void> check_class_name(std::string_view name) {
  const auto refuse = [&](std::string_view slug, std::string_view why) {
    return Error(ErrorCode::kInvalidArgument, slug, fmt::format("the name {}", why));
  };
  if (name.empty()) return refuse("name.empty", "is empty");
  if (!file::is_utf8(name)) return refuse("name.not_utf8", "is not UTF-8");
  if (name.find_first_of("\r\n") != std::string_view::npos)
    return refuse("name.line_break", "holds a line break, which labels.csv cannot carry");
  return {};
}

}  // namespace ava::sample
