#include "sample/list_writer.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace ava::sample {

namespace {

/// Writes members with the commas where they belong.
class Members {
 public:
  Members(std::string& out, char open) : out_(out) { out_.push_back(open); }
  std::string& key(std::string_view name) {
    comma();
    append_json_string(out_, name);
    out_.push_back(':');
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_json_string(key(name), value); }
  void raw(std::string_view members) {
    if (members.empty()) return;
    comma();
    out_.append(members);
  }
  void comma() {
    if (!first_) out_.push_back(',');
    first_ = false;
  }
  void close(char c) { out_.push_back(c); }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_points(std::string& out, std::span<const Point> points) {
  const std::vector<Point> corners = is_rectangle(points) ? corners_of(hull_of(points)) : std::vector<Point>();
  if (!corners.empty()) points = corners;
  Members list(out, '[');
  for (const Point& p : points) {
    list.comma();
    out.push_back('[');
    append_json_number(out, p.x);
    out.push_back(',');
    append_json_number(out, p.y);
    out.push_back(']');
  }
  list.close(']');
}

void append_landmarks(std::string& out, const std::vector<Landmark>& landmarks) {
  Members list(out, '[');
  for (const Landmark& mark : landmarks) {
    list.comma();
    Members object(out, '{');
    object.key("index").append(std::to_string(mark.index));
    object.key("pt").push_back('[');
    append_json_number(out, mark.point.x);
    out.push_back(',');
    append_json_number(out, mark.point.y);
    out.push_back(']');
    if (mark.score) append_json_number(object.key("score"), *mark.score);
    object.close('}');
  }
  list.close(']');
}

void append_cluster(std::string& out, const Cluster& cluster) {
  Members object(out, '{');
  if (cluster.is_integer)
    object.key("id").append(cluster.id);
  else
    object.text("id", cluster.id);
  if (cluster.score) append_json_number(object.key("score"), *cluster.score);
  object.close('}');
}

void append_entry(std::string& out, LabelType type, const Entry& entry) {
  Members object(out, '{');
  if (type == LabelType::kFace) {
    if (!entry.points.empty()) append_points(object.key("bbox"), entry.points);
    if (entry.score) append_json_number(object.key("bbox_score"), *entry.score);
    if (!entry.landmarks.empty()) append_landmarks(object.key("landmarks"), entry.landmarks);
    if (entry.cluster) append_cluster(object.key("cluster"), *entry.cluster);
  } else {
    if (type == LabelType::kDetection) append_points(object.key("bbox"), entry.points);
    object.text("class", entry.cls);
    if (entry.score) append_json_number(object.key("score"), *entry.score);
  }
  if (entry.ground_truth) object.key("ground_truth").append(*entry.ground_truth ? "true" : "false");
  object.raw(entry.extra);
  object.close('}');
}

void append_new_label(std::string& out, const Sample& sample) {
  Members list(out, '[');
  for (const Label& label : sample.labels) {
    list.comma();
    Members object(out, '{');
    object.text("name", label.name);
    object.text("type", name_of(label.type));
    object.text("version", "1");
    Members data(object.key("data"), '[');
    for (const Entry& entry : label.data) {
      data.comma();
      append_entry(out, label.type, entry);
    }
    data.close(']');
    object.raw(label.extra);
    object.close('}');
  }
  list.raw(sample.label_extra);
  list.close(']');
}

void append_old_boxes(std::string& out, const Label& label) {
  Members object(out, '{');
  Members list(object.key("bbox"), '[');
  for (const Entry& entry : label.data) {
    list.comma();
    Members box(out, '{');
    box.text("class", entry.cls);
    append_points(box.key("pts"), entry.points);
    if (entry.score) append_json_number(box.key("score"), *entry.score);
    box.raw(entry.extra);
    box.close('}');
  }
  list.close(']');
  object.raw(label.extra);
  object.close('}');
}

bool has(const Sample& sample, LabelType type) {
  for (const Label& label : sample.labels)
    if (label.type == type) return true;
  return false;
}

void append_old_label(std::string& out, const Sample& sample) {
  Members object(out, '{');
  if (has(sample, LabelType::kClassification)) {
    Members classes(object.key("class"), '{');
    for (const Label& label : sample.labels)
      if (label.type == LabelType::kClassification)
        classes.text(label.name, label.data.empty() ? std::string_view() : std::string_view(label.data.front().cls));
    classes.close('}');
  }
  if (has(sample, LabelType::kDetection)) {
    Members boxes(object.key("detect"), '{');
    for (const Label& label : sample.labels)
      if (label.type == LabelType::kDetection) append_old_boxes(boxes.key(label.name), label);
    boxes.close('}');
  }
  for (const Label& label : sample.labels)
    if (label.type == LabelType::kFace && !label.data.empty() && label.data.front().cluster)
      object.text("facecluster", label.data.front().cluster->id);
  object.raw(sample.label_extra);
  object.close('}');
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(plain, i - plain));
    plain = i + 1;
    switch (c) {
      case '"':
        out.append("\\\"");
        break;
      case '\\':
        out.append("\\\\");
        break;
      case '\n':
        out.append("\\n");
        break;
      case '\r':
        out.append("\\r");
        break;
      case '\t':
        out.append("\\t");
        break;
      case '\b':
        out.append("\\b");
        break;
      case '\f':
        out.append("\\f");
        break;
      default:
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    }
  }
  out.append(text.substr(plain));
  out.push_back('"');
}

void append_json_number(std::string& out, double value) {
  char digits[32];
  std::to_chars_result end{};
  if (!std::isfinite(value)) {
    out.append("null");
    return;
  }
  if (value == std::floor(value) && std::fabs(value) < 1e15)
    end = std::to_chars(digits, digits + sizeof digits, static_cast<long long>(value));
  else
    end = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end.ptr);
}

void append_line(std::string& out, const Sample& sample) {
  Members object(out, '{');
  object.text("url", sample.url);
  object.text("type", sample.type);
  if (!sample.source_url.empty()) object.text("source_url", sample.source_url);
  if (!sample.ops.empty()) object.text("ops", sample.ops);
  if (sample.has_label || !sample.labels.empty()) {
    object.key("label");
    if (sample.old_form)
      append_old_label(out, sample);
    else
      append_new_label(out, sample);
  }
  object.raw(sample.extra);
  object.close('}');
  out.push_back('\n');
}

std::string to_line(const Sample& sample) {
  std::string out;
  append_line(out, sample);
  return out;
}

}  // namespace ava::sample
