#include "pipeline/sample_record.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "pipeline/merkle.hpp"
#include "pipeline/plan.hpp"
#include "sample/list_writer.hpp"

namespace ava::pipeline {

void describe(schema::Visitor& v, ObjectRecord& x) {
  v.type("ObjectRecord");
  v.field("class", x.cls);
  v.field("box", x.box, {.min = 4, .max = 4});
  v.field("polygon", x.polygon);
  v.field("landmarks", x.landmarks);
  v.field("difficult", x.difficult);
}

void describe(schema::Visitor& v, SampleRecord& x) {
  v.type("SampleRecord");
  v.field("id", x.id);
  v.field("split", x.split);
  v.field("index", x.index);
  v.field("label", x.label);
  v.field("class", x.cls);
  v.field("classes", x.classes);
  v.field("objects", x.objects);
  v.field("sha256", x.sha256);
  v.field("planes", x.planes);
  v.field("bytes", x.bytes);
  v.field("width", x.width);
  v.field("height", x.height);
  v.field("url", x.url);
  v.field("line", x.line);
}

namespace {

constexpr double kRounding = 1e-3;  // pixels; what 32-bit fractions of a large picture lose

ObjectRecord record_of(const format::Object& object) {
  ObjectRecord record{.cls = object.cls, .box = {object.box.x0, object.box.y0, object.box.x1, object.box.y1}};
  if (!object.polygon.empty()) {
    record.polygon.emplace();
    for (const sample::Point& p : object.polygon) record.polygon->push_back({p.x, p.y});
  }
  if (!object.landmarks.empty()) {
    record.landmarks.emplace();
    for (const sample::Landmark& mark : object.landmarks)
      record.landmarks->push_back({static_cast<double>(mark.index), mark.point.x, mark.point.y});
  }
  if (object.difficult) record.difficult = true;
  return record;
}

void append_points(std::string& out, std::string_view name, const std::vector<std::vector<double>>& points) {
  fmt::format_to(std::back_inserter(out), R"(,"{}":[)", name);
  for (std::size_t i = 0; i < points.size(); ++i)
    fmt::format_to(std::back_inserter(out), "{}[{}]", i == 0 ? "" : ",", fmt::join(points[i], ","));
  out += ']';
}

/// `"classes":[1,2]` or `"objects":[...]`; nothing for a single class.
std::string labels_text(const SampleRecord& record) {
  if (record.classes) return fmt::format(R"("classes":[{}])", fmt::join(*record.classes, ","));
  if (!record.objects) return {};
  std::string out = R"("objects":[)";
  for (const ObjectRecord& object : *record.objects) {
    if (out.back() == '}') out += ',';
    fmt::format_to(std::back_inserter(out), R"({{"class":{},"box":[{}])", object.cls, fmt::join(object.box, ","));
    if (object.polygon) append_points(out, "polygon", *object.polygon);
    if (object.landmarks) append_points(out, "landmarks", *object.landmarks);
    if (object.difficult.value_or(false)) out += R"(,"difficult":true)";
    out += '}';
  }
  return out + "]";
}

/// Largest distance between the edges of two boxes.
double error_of(const std::vector<double>& a, const sample::Box& b) {
  if (a.size() != 4) return INFINITY;
  return std::max({std::fabs(a[0] - b.x0), std::fabs(a[1] - b.y0), std::fabs(a[2] - b.x1), std::fabs(a[3] - b.y1)});
}

std::string object_difference(const SampleRecord& record, const format::StoredItem& stored,
                              const format::Traits& traits) {
  const std::vector<ObjectRecord>& listed = *record.objects;
  if (stored.objects.size() != listed.size())
    return fmt::format("{} objects instead of {}", stored.objects.size(), listed.size());
  // Some formats keep objects by class.
  std::vector<const ObjectRecord*> expected;
  for (const ObjectRecord& object : listed) expected.push_back(&object);
  std::vector<const format::Object*> found;
  for (const format::Object& object : stored.objects) found.push_back(&object);
  std::stable_sort(expected.begin(), expected.end(), [](const auto* a, const auto* b) { return a->cls < b->cls; });
  std::stable_sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->cls < b->cls; });
  const double sx = stored.fractions ? record.width : 1;
  const double sy = stored.fractions ? record.height : 1;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const ObjectRecord& want = *expected[i];
    const format::Object& have = *found[i];
    if (have.cls != want.cls) return fmt::format("class {} instead of {}", have.cls, want.cls);
    const sample::Box box{have.box.x0 * sx, have.box.y0 * sy, have.box.x1 * sx, have.box.y1 * sy};
    if (!(error_of(want.box, box) <= traits.box_error_px + kRounding))
      return fmt::format("a box {:g},{:g},{:g},{:g} instead of {:g}", box.x0, box.y0, box.x1, box.y1,
                         fmt::join(want.box, ","));
    if (traits.polygons && have.polygon.size() != (want.polygon ? want.polygon->size() : 0))
      return "a polygon of another number of points";
    if (traits.landmarks && have.landmarks.size() != (want.landmarks ? want.landmarks->size() : 0))
      return "another number of landmarks";
  }
  return {};
}

}  // namespace

void set_labels(SampleRecord& record, format::Task task, const format::Labels& labels,
                const std::vector<std::string>& names) {
  switch (task) {
    case format::Task::kClassification:
      record.label = labels.cls;
      record.cls = names[labels.cls];
      break;
    case format::Task::kMultiLabel:
      record.classes = labels.classes;
      break;
    case format::Task::kDetection:
      record.objects.emplace();
      for (const format::Object& object : labels.objects) record.objects->push_back(record_of(object));
      break;
  }
}

void append_line(std::string& out, const SampleRecord& record) {
  fmt::format_to(std::back_inserter(out), R"({{"id":"{}","split":"{}","index":{})", record.id, record.split,
                 record.index);
  if (record.label) {
    fmt::format_to(std::back_inserter(out), R"(,"label":{},"class":)", *record.label);
    sample::append_json_string(out, record.cls.value_or(""));
  } else {
    out += ',';
    out += labels_text(record);
  }
  fmt::format_to(std::back_inserter(out), R"(,"sha256":"{}")", record.sha256);
  if (record.planes) fmt::format_to(std::back_inserter(out), R"(,"planes":"{}")", *record.planes);
  fmt::format_to(std::back_inserter(out), R"(,"bytes":{},"width":{},"height":{},"url":)", record.bytes, record.width,
                 record.height);
  sample::append_json_string(out, record.url);
  fmt::format_to(std::back_inserter(out), ",\"line\":{}}}\n", record.line);
}

Digest leaf_of(const SampleRecord& record, const Digest& picture) {
  if (record.label) return leaf_of(record.split, record.index, *record.label, picture);
  const std::string labels = labels_text(record);
  const Digest both = Sha256().update(picture).update(std::string_view(labels)).finish();
  return leaf_of(record.split, record.index, kNoClass, both);
}

std::string difference(const SampleRecord& record, const format::StoredItem& stored, const format::Traits& traits) {
  if (record.label)
    return stored.label == static_cast<std::int64_t>(*record.label)
               ? std::string()
               : fmt::format("label {} instead of {}", stored.label, *record.label);
  if (record.classes)
    return stored.classes == *record.classes ? std::string()
                                             : fmt::format("classes {} instead of {}", fmt::join(stored.classes, ","),
                                                           fmt::join(*record.classes, ","));
  return record.objects ? object_difference(record, stored, traits) : "the listing names no label";
}

}  // namespace ava::pipeline
