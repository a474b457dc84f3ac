// The labels of one sample against those of its other self.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "pipeline/list_diff.hpp"

namespace ava::pipeline {

namespace {

using Corners = std::vector<double>;

double area_of(const Corners& box) { return std::max(0.0, box[2] - box[0]) * std::max(0.0, box[3] - box[1]); }

double iou_of(const Corners& a, const Corners& b) {
  const double width = std::min(a[2], b[2]) - std::max(a[0], b[0]);
  const double height = std::min(a[3], b[3]) - std::max(a[1], b[1]);
  if (!(width > 0) || !(height > 0)) return 0;
  return width * height / (area_of(a) + area_of(b) - width * height);
}

bool same_place(const Corners& a, const Corners& b, double tolerance) {
  for (std::size_t i = 0; i < 4; ++i)
    if (!(std::fabs(a[i] - b[i]) <= tolerance)) return false;
  return true;
}

std::string mark_text(const Mark& mark) {
  const Corners& box = *mark.box;
  return fmt::format("'{}' {:g},{:g},{:g},{:g}", mark.cls, box[0], box[1], box[2], box[3]);
}

struct Pair {
  std::size_t a = 0;
  std::size_t b = 0;
  double iou = 0;
  bool same_class = false;
  bool same_place = false;
};

/// All pairs that may be one box, the surest first: same place and class, then by overlap.
std::vector<Pair> pairs_of(const std::vector<const Mark*>& a, const std::vector<const Mark*>& b, double iou,
                           double tolerance) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (!a[i]->label.empty() && !b[j]->label.empty() && a[i]->label != b[j]->label) continue;
      Pair pair{.a = i, .b = j, .iou = iou_of(*a[i]->box, *b[j]->box), .same_class = a[i]->cls == b[j]->cls};
      pair.same_place = same_place(*a[i]->box, *b[j]->box, tolerance);
      if (pair.same_place || pair.iou >= iou) pairs.push_back(pair);
    }
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) {
    if (x.same_place != y.same_place) return x.same_place;
    if (x.same_place && x.same_class != y.same_class) return x.same_class;
    return x.iou > y.iou;
  });
  return pairs;
}

bool compare_boxes(const std::vector<const Mark*>& a, const std::vector<const Mark*>& b, double iou, double tolerance,
                   BoxChanges& counts, std::vector<std::string>& details) {
  std::vector<bool> used_a(a.size());
  std::vector<bool> used_b(b.size());
  const std::size_t before = details.size();
  for (const Pair& pair : pairs_of(a, b, iou, tolerance)) {
    if (used_a[pair.a] || used_b[pair.b]) continue;
    used_a[pair.a] = used_b[pair.b] = true;
    if (!pair.same_class) {
      ++counts.class_changed;
      details.push_back(fmt::format("box {} is '{}' now", mark_text(*a[pair.a]), b[pair.b]->cls));
    } else if (!pair.same_place) {
      ++counts.moved;
      details.push_back(
          fmt::format("box {} moved to {} (IoU {:.2f})", mark_text(*a[pair.a]), mark_text(*b[pair.b]), pair.iou));
    } else {
      ++counts.same;
    }
  }
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!used_a[i]) {
      ++counts.removed;
      details.push_back(fmt::format("box {} removed", mark_text(*a[i])));
    }
  for (std::size_t i = 0; i < b.size(); ++i)
    if (!used_b[i]) {
      ++counts.added;
      details.push_back(fmt::format("box {} added", mark_text(*b[i])));
    }
  return details.size() > before;
}

/// Classes of the whole picture, with their label where both sides name one.
std::multiset<std::string> classes_in(const std::vector<Mark>& marks, bool with_label) {
  std::multiset<std::string> classes;
  for (const Mark& mark : marks)
    if (!mark.box && !mark.cls.empty())
      classes.insert(with_label ? mark.label + " '" + mark.cls + "'" : "'" + mark.cls + "'");
  return classes;
}

bool all_labelled(const std::vector<Mark>& marks) {
  return std::none_of(marks.begin(), marks.end(), [](const Mark& mark) { return mark.label.empty(); });
}

}  // namespace

bool compare_marks(const std::vector<Mark>& a, const std::vector<Mark>& b, double iou, double tolerance,
                   DiffReport& counts, std::vector<std::string>& details) {
  const bool with_label = all_labelled(a) && all_labelled(b);
  const auto classes_a = classes_in(a, with_label);
  const auto classes_b = classes_in(b, with_label);
  bool differs = classes_a != classes_b;
  if (differs) {
    ++counts.classes_changed;
    const auto text = [](const std::multiset<std::string>& classes) {
      std::string out;
      for (const std::string& cls : classes) out += (out.empty() ? "" : ", ") + cls;
      return out.empty() ? std::string("no class") : out;
    };
    details.push_back(fmt::format("{} is {} now", text(classes_a), text(classes_b)));
  }
  const auto boxes_of = [](const std::vector<Mark>& marks) {
    std::vector<const Mark*> boxes;
    for (const Mark& mark : marks)
      if (mark.box && mark.box->size() == 4) boxes.push_back(&mark);
    return boxes;
  };
  if (compare_boxes(boxes_of(a), boxes_of(b), iou, tolerance, counts.boxes, details)) differs = true;
  return differs;
}

}  // namespace ava::pipeline
