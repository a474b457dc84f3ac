// parse_sample(): one line with every tolerance of formats.md 2.6, by way of the JSON tree.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sample/diagnose.hpp"
#include "sample/entry_parser.hpp"
#include "sample/json_tree.hpp"
#include "sample/list_reader.hpp"
#include "sample/url_check.hpp"

namespace ava::sample {

namespace {

using json::Kind;
using json::Node;

Error reject_line(std::string_view slug, const std::string& detail, std::string_view hint = {}) {
  return Error(ErrorCode::kCorrupt, slug, detail).hint(hint);
}

/// Builds a Sample from the tree of its line.
class Builder {
 public:
  Builder(const ListOptions& options, EntryParser& entries, Warnings* warnings)
      : options_(options), entries_(entries), warnings_(warnings) {}

  Result<Sample> build(const Node& root) {
    for (const json::Member& member : root.members) top_member(root, member);
    AVA_CHECK(check_type(root));
    AVA_CHECK(check_url());
    entries_.set_url(sample_.url);
    const Node* label = root.find("label");
    sample_.has_label = label != nullptr;
    if (label != nullptr) read_label(*label);
    read_outside(root);
    return std::move(sample_);
  }

 private:
  void warn(std::string_view name) {
    if (warnings_ != nullptr) ++(*warnings_)[std::string(name)];
  }

  static void append_raw(std::string& to, const json::Member& member) {
    if (!to.empty()) to.push_back(',');
    to.append(member.raw_key).append(":").append(json::without_blanks(member.value.raw));
  }
  static void append_raw(std::string& to, const Node& node) {
    if (!to.empty()) to.push_back(',');
    to.append(json::without_blanks(node.raw));
  }

  /// Known members are taken by name; a duplicate of one is overwritten by the last.
  void top_member(const Node& root, const json::Member& member) {
    const std::string& key = member.key;
    const bool known = is_list_member(key);
    if (known && root.find(key) != &member.value) {
      warn("duplicate_key");
      return;
    }
    const Node& value = member.value;
    if (key == "url" || key == "type") {
      if (value.is(Kind::kString)) (key == "url" ? sample_.url : sample_.type) = value.text;
    } else if ((key == "source_url" || key == "ops") && (value.is(Kind::kString) || value.is(Kind::kNull))) {
      (key == "ops" ? sample_.ops : sample_.source_url) = value.text;
    } else if (key == "invalid") {
      sample_.invalid = value.is(Kind::kTrue);
      append_raw(sample_.extra, member);
    } else if (!known || key == "source_url" || key == "ops") {
      append_raw(sample_.extra, member);
    }
  }

  Result<void> check_type(const Node& root) {
    const Node* type = root.find("type");
    if (type == nullptr || type->is(Kind::kNull)) {
      warn("type_missing");
      sample_.type = "image";
    } else if (!type->is(Kind::kString) || sample_.type != "image") {
      return reject_line("unknown_type", fmt::format("type is {}, not \"image\"", type->raw.substr(0, 80)));
    }
    return {};
  }

  Result<void> check_url() {
    const auto refuse = [&](std::string_view slug, std::string_view why, std::string_view hint) {
      return reject_line(slug, fmt::format("'{}' {}", std::string_view(sample_.url).substr(0, 300), why), hint)
          .detail("url", sample_.url);
    };
    switch (kind_of_url(sample_.url)) {
      case UrlKind::kMissing:
        return reject_line("url_missing", "the line has no url");
      case UrlKind::kUnknownScheme:
        return refuse("unknown_scheme", "is an address AVA cannot read",
                      "urls begin with qiniu://, http:// or https://");
      case UrlKind::kLocalPath:
        if (!options_.allow_local_paths)
          return refuse("url_local_path", "is a path of the machine where the list was made",
                        "upload the pictures, or let the administrator allow the folder");
        break;
      case UrlKind::kRelative:
        if (!options_.url_prefix.empty())
          sample_.url.insert(0, options_.url_prefix);
        else if (!options_.allow_relative)
          return refuse("url_relative", "says no place", "give a prefix for relative urls");
        break;
      case UrlKind::kRemote:
        break;
    }
    if (sample_.url.size() > 256) warn("url_long");
    return {};
  }

  void read_label(const Node& label) {
    if (label.is(Kind::kObject)) {
      sample_.old_form = true;
      for (const json::Member& member : label.members)
        if (!old_member(member)) append_raw(sample_.label_extra, member);
    } else if (label.is(Kind::kArray)) {
      for (const Node& item : label.items) new_label(item);
    } else if (!label.is(Kind::kNull)) {
      warn("label_bad_shape");
    }
  }

  void read_outside(const Node& root) {
    for (const std::string_view key : {"class", "detect", "facecluster"}) {
      const Node* value = root.find(key);
      if (value == nullptr) continue;
      warn("label_member_outside");
      if (!sample_.has_label) sample_.old_form = true;
      sample_.has_label = true;
      old_member(json::Member{std::string(key), {}, *value});
    }
  }

  bool old_member(const json::Member& member) {
    const Node& value = member.value;
    if (member.key == "class" && value.is(Kind::kObject)) {
      for (const json::Member& one : value.members) {
        Label& label = label_of(LabelType::kClassification, one.key);
        Entry entry;
        if (entries_.old_class(one.value, entry)) label.data.push_back(std::move(entry));
      }
      return true;
    }
    if (member.key == "detect" && value.is(Kind::kObject)) {
      for (const json::Member& one : value.members) old_boxes(one);
      return true;
    }
    if (member.key == "facecluster" && (value.is(Kind::kString) || value.is(Kind::kNumber))) {
      Label& label = label_of(LabelType::kFace, "face");
      if (!value.raw.empty() && value.raw != "\"\"") label.data.push_back(EntryParser::old_cluster(value));
      return true;
    }
    return value.is(Kind::kNull) && (member.key == "class" || member.key == "detect" || member.key == "facecluster");
  }

  void old_boxes(const json::Member& member) {
    Label& label = label_of(LabelType::kDetection, member.key);
    for (const json::Member& one : member.value.members) {
      if (one.key == "bbox" && one.value.is(Kind::kArray))
        read_data(one.value, label);
      else if (one.key != "bbox" || !one.value.is(Kind::kNull))
        append_raw(label.extra, one);
    }
  }

  void new_label(const Node& item) {
    const Node* type = item.find("type");
    const Node* name = item.find("name");
    const Node* data = item.find("data");
    const bool good_data = data == nullptr || data->is(Kind::kArray) || data->is(Kind::kNull);
    std::optional<LabelType> found;
    for (const LabelType one : {LabelType::kClassification, LabelType::kDetection, LabelType::kFace})
      if (type != nullptr && type->is(Kind::kString) && type->text == name_of(one)) found = one;
    if (!found || name == nullptr || !name->is(Kind::kString) || !good_data) {
      warn("label_bad_shape");
      append_raw(sample_.label_extra, item);
      return;
    }
    Label& label = label_of(*found, name->text);
    for (const json::Member& member : item.members) {
      if (member.key == "version" && member.value.is(Kind::kNumber)) warn("version_number");
      if (member.key != "type" && member.key != "name" && member.key != "data" && member.key != "version")
        append_raw(label.extra, member);
    }
    if (data != nullptr && data->is(Kind::kNull)) warn("null_data");
    if (data != nullptr) read_data(*data, label);
  }

  void read_data(const Node& list, Label& label) {
    for (const Node& item : list.items) {
      Entry entry;
      if (entries_.read(item, label.type, label.name, entry)) label.data.push_back(std::move(entry));
    }
  }

  Label& label_of(LabelType type, const std::string& name) {
    for (Label& label : sample_.labels)
      if (label.type == type && label.name == name) {
        warn("duplicate_label");
        return label;
      }
    Label& label = sample_.labels.emplace_back();
    label.type = type;
    label.name = name;
    return label;
  }

  const ListOptions& options_;
  EntryParser& entries_;
  Warnings* warnings_;
  Sample sample_;
};

Error not_json(std::string_view line, const json::Fault& fault) {
  if (fault.kind == json::FaultKind::kBadUtf8)
    return reject_line("bad_utf8", fmt::format("byte {} is not UTF-8", fault.at))
        .detail("offset", std::to_string(fault.at));
  const auto found = diagnose(line, 1);
  if (found.empty()) return reject_line("bad_json", "not JSON");
  return reject_line("bad_json", found.front().problem, found.front().fix)
      .detail("column", std::to_string(found.front().column));
}

}  // namespace

Result<Sample> parse_sample(std::string_view line, const ListOptions& options, Warnings* warnings,
                            std::vector<Reject>* annotation_rejects) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  Node root;
  json::Fault fault;
  if (!json::parse(line, root, fault)) return not_json(line, fault);
  if (!root.is(Kind::kObject)) return reject_line("not_an_object", "the line is no JSON object", "one object per line");
  EntryParser entries(warnings, annotation_rejects);
  auto sample = Builder(options, entries, warnings).build(root);
  if (!sample.ok()) return sample;
  for (const Label& label : sample->labels) {
    if (label.type != LabelType::kClassification || label.data.size() < 2 || warnings == nullptr) continue;
    const Entry* first = nullptr;
    for (const Entry& entry : label.data) {
      if (!entry.is_truth() || entry.cls.empty()) continue;
      if (first == nullptr) first = &entry;
      if (entry.cls == first->cls) continue;
      ++(*warnings)["several_classes"];
      break;
    }
  }
  return sample;
}

}  // namespace ava::sample
