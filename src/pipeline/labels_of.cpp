#include "pipeline/labels_of.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ava::pipeline {

using sample::Clip;
using sample::Entry;
using sample::LabelType;

void ObjectCounts::add(const ObjectCounts& other) {
  in += other.in;
  out += other.out;
  rejected += other.rejected;
  left_out += other.left_out;
  clipped += other.clipped;
  for (const auto& [slug, count] : other.reasons) reasons[slug] += count;
}

void describe(schema::Visitor& v, ObjectCounts& x) {
  v.type("ObjectCounts");
  v.field("in", x.in);
  v.field("out", x.out);
  v.field("rejected", x.rejected);
  v.field("left_out", x.left_out);
  v.field("clipped", x.clipped);
  v.field("reasons", x.reasons, {.required = false});
}

format::Task task_of(LabelType type, bool multi_label) {
  if (type != LabelType::kClassification) return format::Task::kDetection;
  return multi_label ? format::Task::kMultiLabel : format::Task::kClassification;
}

std::string_view class_of_object(const sample::EntryView& entry, LabelType type) {
  return type == LabelType::kFace ? kFaceClass : entry.cls;
}

namespace {

/// An unknown member of an entry that says yes: `"iscrowd":1`, `"difficult":true`. `extra` has no blanks.
bool says(std::string_view extra, std::string_view name) {
  const std::string key = fmt::format("\"{}\":", name);
  const std::size_t at = extra.find(key);
  if (at == std::string_view::npos) return false;
  const std::string_view value = extra.substr(at + key.size());
  return value.starts_with('1') || value.starts_with("true");
}

std::optional<std::uint32_t> index_of(const std::vector<std::string>& classes, std::string_view name) {
  const auto found = std::lower_bound(classes.begin(), classes.end(), name);
  if (found == classes.end() || *found != name) return std::nullopt;
  return static_cast<std::uint32_t>(found - classes.begin());
}

/// Makes the objects of one sample.
class ObjectMaker {
 public:
  ObjectMaker(const sample::Sample& sample, LabelType type, const std::vector<std::string>& classes,
              const PictureSize& size)
      : sample_(sample),
        type_(type),
        classes_(classes),
        size_(size),
        scale_x_(static_cast<double>(size.width) / size.original_width),
        scale_y_(static_cast<double>(size.height) / size.original_height) {}

  void add(const Entry& entry) {
    if (!entry.is_truth() || (type_ == LabelType::kFace && entry.points.size() < 2)) return;
    ++made_.objects.in;
    if (says(entry.extra, "iscrowd")) {
      ++made_.objects.left_out;
      ++made_.objects.reasons["crowd"];
      return;
    }
    const std::string_view name = type_ == LabelType::kFace ? kFaceClass : std::string_view(entry.cls);
    const auto cls = index_of(classes_, name);
    if (!cls) return reject("class_missing", name.empty() ? "a box without a class" : "a class the batch leaves out");
    format::Object object{.cls = *cls, .box = sample::hull_of(entry.points)};
    object.box = {object.box.x0 * scale_x_, object.box.y0 * scale_y_, object.box.x1 * scale_x_,
                  object.box.y1 * scale_y_};
    const sample::Box whole = object.box;
    const Clip clip = sample::clip(object.box, size_.width, size_.height);
    if (clip == Clip::kEmpty)
      return reject("bbox_empty", fmt::format("nothing of the box {:g},{:g},{:g},{:g} lies in the picture of {} x {}",
                                              whole.x0, whole.y0, whole.x1, whole.y1, size_.width, size_.height));
    if (clip == Clip::kClipped) ++made_.objects.clipped;
    if (!sample::is_rectangle(entry.points) && entry.points.size() > 2)
      for (const sample::Point& p : entry.points) object.polygon.push_back(inside(p));
    for (sample::Landmark mark : entry.landmarks) {
      mark.point = {mark.point.x * scale_x_, mark.point.y * scale_y_};
      object.landmarks.push_back(mark);
    }
    object.difficult = says(entry.extra, "difficult");
    ++made_.objects.out;
    made_.labels.objects.push_back(std::move(object));
  }

  LabelsMade take() { return std::move(made_); }

 private:
  sample::Point inside(const sample::Point& p) const {
    return {std::clamp(p.x * scale_x_, 0.0, static_cast<double>(size_.width)),
            std::clamp(p.y * scale_y_, 0.0, static_cast<double>(size_.height))};
  }
  void reject(std::string_view slug, std::string_view detail) {
    ++made_.objects.rejected;
    ++made_.objects.reasons[std::string(slug)];
    sample::Reject entry;
    entry.url = sample_.url;
    entry.slug = slug;
    entry.detail = detail;
    entry.annotation = true;
    made_.rejects.push_back(std::move(entry));
  }

  const sample::Sample& sample_;
  LabelType type_;
  const std::vector<std::string>& classes_;
  const PictureSize& size_;
  double scale_x_;
  double scale_y_;
  LabelsMade made_;
};

LabelsMade several_classes(const sample::Label& label, const std::vector<std::string>& classes) {
  LabelsMade made;
  for (const Entry& entry : label.data)
    if (const auto cls = index_of(classes, entry.cls); entry.is_truth() && cls) made.labels.classes.push_back(*cls);
  auto& found = made.labels.classes;
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return made;
}

}  // namespace

LabelsMade labels_of(const sample::Sample& sample, const LabelUse& use, const std::vector<std::string>& classes,
                     const PictureSize& size) {
  const sample::Label* label = sample.find(use.key);
  if (label == nullptr || use.task == format::Task::kClassification) return {};
  if (use.task == format::Task::kMultiLabel) return several_classes(*label, classes);
  ObjectMaker maker(sample, use.key.type, classes, size);
  for (const Entry& entry : label->data) maker.add(entry);
  return maker.take();
}

}  // namespace ava::pipeline
