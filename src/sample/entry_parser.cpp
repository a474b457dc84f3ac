#include "sample/entry_parser.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace ava::sample {

using json::Kind;
using json::Node;

namespace {

bool is_decimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text.size() > 18 || (text.size() > 1 && text.front() == '0')) return false;
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_truthy(const Node& value) {
  switch (value.kind) {
    case Kind::kTrue:
      return true;
    case Kind::kNumber:
      return value.number != 0;
    case Kind::kString:
      return !value.text.empty() && value.text != "0" && value.text != "false";
    default:
      return false;
  }
}

/// Only these can hide one another; looking up every name would cost the square of a hostile line.
bool is_known(std::string_view key) {
  for (const std::string_view name :
       {"class", "bbox", "pts", "score", "bbox_score", "landmarks", "cluster", "ground_truth"})
    if (key == name) return true;
  return false;
}

}  // namespace

void EntryParser::warn(std::string_view name) {
  if (warnings_ != nullptr) ++(*warnings_)[std::string(name)];
}

bool EntryParser::refuse(std::string_view slug, std::string detail) {
  if (rejects_ == nullptr) return false;
  Reject reject;
  reject.url = url_;
  reject.slug = slug;
  reject.detail = std::move(detail);
  reject.annotation = true;
  rejects_->push_back(std::move(reject));
  return false;
}

bool EntryParser::read_class(const Node& value, std::string& cls) {
  if (value.is(Kind::kString)) {
    cls = value.text;
    return true;
  }
  if (value.is(Kind::kNull)) return true;
  if (value.is(Kind::kArray) && value.items.size() == 1 && value.items[0].is(Kind::kString)) {
    warn("class_in_list");
    cls = value.items[0].text;
    return true;
  }
  if (value.is(Kind::kArray) && value.items.empty()) return true;
  if (value.is(Kind::kArray))
    return refuse("class_is_list",
                  fmt::format("class is a list of {}: {}", value.items.size(), value.raw.substr(0, 120)));
  return refuse("class_not_text", fmt::format("class is {}", value.raw.substr(0, 120)));
}

bool EntryParser::old_class(const Node& value, Entry& entry) {
  return read_class(value, entry.cls) && !entry.cls.empty();
}

Entry EntryParser::old_cluster(const Node& value) {
  Entry entry;
  Cluster cluster;
  cluster.id = value.is(Kind::kString) ? value.text : std::string(value.raw);
  cluster.is_integer = is_decimal(cluster.id);
  entry.cluster = std::move(cluster);
  return entry;
}

bool EntryParser::number(const Node& value, double& out) {
  if (value.is(Kind::kNumber)) {
    out = value.number;
    return std::isfinite(out);
  }
  if (!value.is(Kind::kString)) return false;
  std::string_view text = value.text;
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || !std::isfinite(out)) return false;
  warn("number_in_string");
  return true;
}

bool EntryParser::read_points(const Node& value, std::vector<Point>& points) {
  const auto bad = [&] { return refuse("bbox_not_a_number", fmt::format("box {}", value.raw.substr(0, 200))); };
  if (!value.is(Kind::kArray)) return bad();
  for (const Node& item : value.items) {
    Point p;
    if (!item.is(Kind::kArray) || item.items.size() != 2) return bad();
    if (!number(item.items[0], p.x) || !number(item.items[1], p.y)) return bad();
    points.push_back(p);
  }
  return true;
}

bool EntryParser::read_landmarks(const Node& value, std::vector<Landmark>& out) {
  if (!value.is(Kind::kArray)) return false;
  for (const Node& item : value.items) {
    Landmark mark;
    const Node* index = item.find("index");
    const Node* pt = item.find("pt");
    const Node* score = item.find("score");
    double number_of_mark = 0;
    if (index == nullptr || !number(*index, number_of_mark) || std::fabs(number_of_mark) > 1e15) return false;
    mark.index = static_cast<std::int64_t>(number_of_mark);
    if (pt == nullptr || !pt->is(Kind::kArray) || pt->items.size() != 2) return false;
    if (!number(pt->items[0], mark.point.x) || !number(pt->items[1], mark.point.y)) return false;
    double value_of_score = 0;
    if (score != nullptr && number(*score, value_of_score)) mark.score = value_of_score;
    out.push_back(mark);
  }
  return true;
}

bool EntryParser::read_cluster(const Node& value, std::optional<Cluster>& out) {
  const Node* id = value.find("id");
  if (id == nullptr || (!id->is(Kind::kNumber) && !id->is(Kind::kString))) return false;
  Cluster cluster;
  cluster.id = id->is(Kind::kString) ? id->text : std::string(id->raw);
  cluster.is_integer = id->is(Kind::kNumber);
  const Node* score = value.find("score");
  double number_of_score = 0;
  if (score != nullptr && number(*score, number_of_score)) cluster.score = number_of_score;
  out = std::move(cluster);
  return true;
}

/// False: the entry was refused. `known` false: the member is kept as it is.
bool EntryParser::read_member(const json::Member& member, LabelType type, Entry& entry, bool& known) {
  const std::string& key = member.key;
  const Node& value = member.value;
  const bool face = type == LabelType::kFace;
  known = true;
  if (key == "class" && !face) return read_class(value, entry.cls);
  if ((key == "bbox" || key == "pts") && type != LabelType::kClassification) {
    entry.points.clear();
    return (face && value.is(Kind::kNull)) || read_points(value, entry.points);
  }
  if (key == (face ? "bbox_score" : "score")) {
    double score = 0;
    if (value.is(Kind::kNull)) return true;
    if (!number(value, score)) return refuse("score_not_a_number", fmt::format("score {}", value.raw.substr(0, 80)));
    entry.score = score;
    return true;
  }
  if (key == "ground_truth") {
    entry.ground_truth = is_truthy(value);
    return true;
  }
  if (face && key == "landmarks") {
    known = read_landmarks(value, entry.landmarks);
    if (!known) entry.landmarks.clear();
    return true;
  }
  known = face && key == "cluster" && read_cluster(value, entry.cluster);
  return true;
}

bool EntryParser::check_box(LabelType type, const Entry& entry) {
  if (type == LabelType::kClassification || (type == LabelType::kFace && entry.points.empty())) return true;
  if (entry.points.size() < 2)
    return refuse("bbox_too_few_points", fmt::format("a box of {} points", entry.points.size()));
  const Box box = hull_of(entry.points);
  if (box.x1 > box.x0 && box.y1 > box.y0) return true;
  return refuse("bbox_empty", fmt::format("a box of {} x {}", box.x1 - box.x0, box.y1 - box.y0));
}

bool EntryParser::read(const Node& item, LabelType type, std::string_view label, Entry& entry) {
  if (!item.is(Kind::kObject))
    return refuse("entry_bad_shape", fmt::format("'{}' holds {}", label, item.raw.substr(0, 120)));
  for (const json::Member& member : item.members) {
    if (is_known(member.key) && item.find(member.key) != &member.value) {
      warn("duplicate_key");
      continue;
    }
    bool known = false;
    if (!read_member(member, type, entry, known)) return false;
    if (known) continue;
    if (!entry.extra.empty()) entry.extra.push_back(',');
    entry.extra.append(member.raw_key).append(":").append(json::without_blanks(member.value.raw));
  }
  return check_box(type, entry);
}

}  // namespace ava::sample
