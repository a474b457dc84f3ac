#include "format/label_json.hpp"

#include <limits>

#include "sample/list_writer.hpp"

namespace ava::format {

namespace {

using sample::append_json_number;
using schema::Json;

Error bad(std::string_view what) { return Error(ErrorCode::kCorrupt, "label.bad_json", what); }

void append_class(std::string& out, std::uint32_t cls, std::span<const std::string> names) {
  if (cls < names.size()) {
    out += "\"class\":";
    sample::append_json_string(out, names[cls]);
    out += ',';
  }
  out += "\"class_index\":";
  out += std::to_string(cls);
}

void append_point(std::string& out, const sample::Point& point) {
  out += '[';
  append_json_number(out, point.x);
  out += ',';
  append_json_number(out, point.y);
  out += ']';
}

void append_points(std::string& out, std::span<const sample::Point> points) {
  out += '[';
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i > 0) out += ',';
    append_point(out, points[i]);
  }
  out += ']';
}

void append_landmarks(std::string& out, std::span<const sample::Landmark> landmarks) {
  out += ",\"landmarks\":[";
  for (std::size_t i = 0; i < landmarks.size(); ++i) {
    out += i > 0 ? ",{\"index\":" : "{\"index\":";
    out += std::to_string(landmarks[i].index);
    out += ",\"pt\":";
    append_point(out, landmarks[i].point);
    if (landmarks[i].score) {
      out += ",\"score\":";
      append_json_number(out, *landmarks[i].score);
    }
    out += '}';
  }
  out += ']';
}

void append_object(std::string& out, const Object& object, std::span<const std::string> names) {
  const bool outlined = object.polygon.size() >= 2;
  out += "{\"bbox\":";
  append_points(out, outlined ? object.polygon : sample::corners_of(object.box));
  out += ',';
  append_class(out, object.cls, names);
  if (outlined && sample::hull_of(object.polygon) != object.box) {
    out += ",\"box\":[";
    for (const double edge : {object.box.x0, object.box.y0, object.box.x1, object.box.y1}) {
      append_json_number(out, edge);
      out += ',';
    }
    out.back() = ']';
  }
  if (object.difficult) out += ",\"difficult\":true";
  if (!object.landmarks.empty()) append_landmarks(out, object.landmarks);
  out += '}';
}

/// A finite number, so that no later arithmetic meets another kind.
Result<double> number_of(const Json& value) {
  if (!value.is_number()) return bad("a coordinate is no number");
  return value.get<double>();
}

Result<sample::Point> point_of(const Json& value) {
  if (!value.is_array() || value.size() != 2) return bad("a point is not [x,y]");
  sample::Point point;
  AVA_TRY(point.x, number_of(value[0]));
  AVA_TRY(point.y, number_of(value[1]));
  return point;
}

Result<sample::Landmark> landmark_of(const Json& value) {
  const bool whole = value.is_object() && value.contains("index") && value.contains("pt");
  if (!whole || !value["index"].is_number_integer()) return bad("a landmark without index or pt");
  sample::Landmark mark;
  mark.index = value["index"].get<std::int64_t>();
  AVA_TRY(mark.point, point_of(value["pt"]));
  if (value.contains("score")) {
    AVA_TRY(mark.score, number_of(value["score"]));
  }
  return mark;
}

Result<std::uint32_t> class_of_entry(const Json& entry) {
  if (!entry.is_object() || !entry.contains("class_index")) return bad("an entry without class_index");
  return class_index_of(entry["class_index"]);
}

Result<Object> object_of(const Json& entry) {
  Object object;
  AVA_TRY(object.cls, class_of_entry(entry));
  if (!entry.contains("bbox") || !entry["bbox"].is_array() || entry["bbox"].size() < 2)
    return bad("an object without bbox");
  for (const Json& value : entry["bbox"]) {
    AVA_TRY(const sample::Point point, point_of(value));
    object.polygon.push_back(point);
  }
  object.box = sample::hull_of(object.polygon);
  const bool boxed = entry.contains("box");
  if (!boxed && sample::is_rectangle(object.polygon)) object.polygon.clear();
  if (boxed) {
    AVA_TRY(object.box, box_of_numbers(entry["box"], 0));
  }
  if (entry.contains("difficult")) object.difficult = entry["difficult"] == true;
  if (entry.contains("landmarks")) {
    if (!entry["landmarks"].is_array()) return bad("landmarks are no list");
    for (const Json& value : entry["landmarks"]) {
      AVA_TRY(const sample::Landmark mark, landmark_of(value));
      object.landmarks.push_back(mark);
    }
  }
  return object;
}

}  // namespace

void append_class_entries(std::string& out, std::span<const std::uint32_t> classes,
                          std::span<const std::string> names) {
  out += '[';
  for (std::size_t i = 0; i < classes.size(); ++i) {
    out += i > 0 ? ",{" : "{";
    append_class(out, classes[i], names);
    out += '}';
  }
  out += ']';
}

void append_object_entries(std::string& out, std::span<const Object> objects, std::span<const std::string> names) {
  out += '[';
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (i > 0) out += ',';
    append_object(out, objects[i], names);
  }
  out += ']';
}

Result<std::uint32_t> class_index_of(const Json& value) {
  const bool fits =
      value.is_number_unsigned() && value.get<std::uint64_t>() <= std::numeric_limits<std::uint32_t>::max();
  if (!fits) return bad("a class index that is no number from 0");
  return static_cast<std::uint32_t>(value.get<std::uint64_t>());
}

Result<sample::Box> box_of_numbers(const Json& array, std::size_t first) {
  if (!array.is_array() || array.size() != first + 4) return bad("a box without four numbers");
  sample::Box box;
  AVA_TRY(box.x0, number_of(array[first]));
  AVA_TRY(box.y0, number_of(array[first + 1]));
  AVA_TRY(box.x1, number_of(array[first + 2]));
  AVA_TRY(box.y1, number_of(array[first + 3]));
  return box;
}

Result<std::vector<std::uint32_t>> classes_of_entries(const Json& entries) {
  if (!entries.is_array()) return bad("labels that are no list");
  std::vector<std::uint32_t> classes;
  for (const Json& entry : entries) {
    AVA_TRY(const std::uint32_t cls, class_of_entry(entry));
    classes.push_back(cls);
  }
  return classes;
}

Result<std::vector<Object>> objects_of_entries(const Json& entries) {
  if (!entries.is_array()) return bad("objects that are no list");
  std::vector<Object> objects;
  for (const Json& entry : entries) {
    AVA_TRY(Object object, object_of(entry));
    objects.push_back(std::move(object));
  }
  return objects;
}

}  // namespace ava::format
