#include "exchange/yolo_layout.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "exchange/samples.hpp"
#include "exchange/text_lines.hpp"

namespace ava::exchange {

namespace {

constexpr std::uint64_t kSmall = 16u << 20;
constexpr std::size_t kYamlBytes = 4u << 20;

/// What data.yaml says, without yaml-cpp's types and exceptions.
struct DataYaml {
  std::string path;
  std::map<std::string, std::vector<std::string>> parts;
  std::map<long long, std::string> names;
  std::vector<int> kpt_shape;
};

std::vector<std::string> texts_of(const YAML::Node& node) {
  std::vector<std::string> texts;
  if (node.IsScalar()) texts.push_back(node.as<std::string>());
  if (node.IsSequence())
    for (const auto& item : node) texts.push_back(item.as<std::string>());
  return texts;
}

DataYaml data_of(const YAML::Node& root) {
  DataYaml data;
  if (root["path"] && root["path"].IsScalar()) data.path = root["path"].as<std::string>();
  for (const char* part : {"train", "val", "test"})
    if (root[part]) data.parts[part] = texts_of(root[part]);
  if (const auto names = root["names"]; names && names.IsMap()) {
    for (const auto& pair : names) data.names[pair.first.as<long long>()] = pair.second.as<std::string>();
  } else if (names) {
    for (const std::string& name : texts_of(names)) data.names.emplace(static_cast<long long>(data.names.size()), name);
  }
  if (const auto shape = root["kpt_shape"]; shape && shape.IsSequence())
    for (const auto& item : shape) data.kpt_shape.push_back(item.as<int>());
  return data;
}

Result<DataYaml> parse_data_yaml(const std::string& name, const std::string& text) {
  const auto bad = [&](const std::string& why, int line) {
    return Error(ErrorCode::kCorrupt, "yolo.bad_yaml", fmt::format("{}:{}: {}", name, line, why))
        .detail("line", std::to_string(line));
  };
  if (text.size() > kYamlBytes) return bad("it is too large", 1);
  try {
    const YAML::Node root = YAML::Load(text);
    if (!root.IsMap()) return bad("it is no map", 1);
    return data_of(root);
  } catch (const YAML::Exception& e) {
    return bad(e.msg, e.mark.line + 1);
  }
}

class LayoutReader {
 public:
  LayoutReader(const Request& request, Pictures& pictures, Sink& sink, const std::stop_token& stop)
      : request_(request), pictures_(pictures), sink_(sink), stop_(stop) {}

  Result<YoloLayout> read() {
    AVA_TRY(const Glance glance, Glance::at(*request_.tree, ""));
    std::string yaml, data;
    for (const std::string& name : glance.files()) {
      const bool is_yaml = ends_like(name, ".yaml") || ends_like(name, ".yml");
      if (yaml.empty() && is_yaml && glance.head(name).find("names:") != std::string::npos) yaml = name;
      if (data.empty() && ends_like(name, ".data")) data = name;
    }
    if (!yaml.empty()) {
      AVA_CHECK(read_yaml(yaml));
    } else if (!data.empty()) {
      AVA_CHECK(read_obj_data(data));
    }
    for (const std::string& name : glance.files()) {
      if (layout_.named) break;
      const std::string_view base = base_of(name);
      if (base == "classes.txt" || ends_like(base, ".names")) AVA_CHECK(read_names(name));
    }
    if (!layout_.named) sink_.note("class_names_missing");
    return std::move(layout_);
  }

 private:
  Result<void> read_names(const std::string& name) {
    AVA_TRY(const std::string text, request_.tree->read(name, kSmall));
    layout_.own_files.add(name);
    for (const std::string_view line : lines_of(text))
      if (const auto cls = trimmed(line); !cls.empty())
        layout_.names.emplace(static_cast<long long>(layout_.names.size()), cls);
    layout_.named = !layout_.names.empty();
    return {};
  }

  Result<void> read_yaml(const std::string& name) {
    AVA_TRY(const std::string text, request_.tree->read(name, kSmall));
    AVA_TRY(DataYaml data, parse_data_yaml(name, text));
    layout_.own_files.add(name);
    layout_.names = std::move(data.names);
    layout_.named = !layout_.names.empty();
    // x, y and perhaps visibility; any other shape is none, and lines with key points then say so.
    constexpr int kMostKeyPoints = 10'000;
    const bool has_shape = data.kpt_shape.size() == 2 && data.kpt_shape[0] > 0 && data.kpt_shape[0] <= kMostKeyPoints &&
                           (data.kpt_shape[1] == 2 || data.kpt_shape[1] == 3);
    if (has_shape) {
      layout_.key_points = data.kpt_shape[0];
      layout_.key_values = data.kpt_shape[1];
    }
    const std::string here(folder_of(name));
    for (const auto& [part, places] : data.parts)
      for (const std::string& place : places)
        if (!place.empty()) AVA_CHECK(add_place(part, place, {here + data.path + "/", here}));
    return {};
  }

  /// classes = K, train = train.txt, valid = test.txt, names = obj.names
  Result<void> read_obj_data(const std::string& name) {
    AVA_TRY(const std::string text, request_.tree->read(name, kSmall));
    layout_.own_files.add(name);
    const std::string here(folder_of(name));
    for (const std::string_view line : lines_of(text)) {
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos) continue;
      const std::string_view key = trimmed(line.substr(0, equals)), value = trimmed(line.substr(equals + 1));
      if (key == "names") {
        const std::string names = first_there(value, {here, ""});
        if (!names.empty()) AVA_CHECK(read_names(names));
      } else if (key == "train" || key == "valid" || key == "val" || key == "test") {
        AVA_CHECK(add_place(split_of_name(key), value, {here, ""}));
      }
    }
    return {};
  }

  std::string first_there(std::string_view value, const std::vector<std::string>& roots) const {
    for (const std::string& root : roots)
      for (std::string_view rest = value;; rest.remove_prefix(rest.find('/') + 1)) {
        std::string name = resolve_name(root, rest);
        if (!name.empty() && request_.tree->has(name)) return name;
        if (rest.find('/') == std::string_view::npos) break;
      }
    return {};
  }

  /// A folder of pictures or a text file that names them.
  Result<void> add_place(std::string_view part, std::string_view place, const std::vector<std::string>& roots) {
    if (ends_like(place, ".txt")) {
      const std::string list = first_there(place, roots);
      return list.empty() ? missing_place(part) : read_list(std::string(part), list);
    }
    while (place.starts_with("../")) place.remove_prefix(3);
    for (const std::string& root : roots) {
      const std::string folder = resolve_name(root, place);
      if (folder.empty()) continue;
      AVA_TRY(const auto names, request_.tree->names(folder + "/", 1));
      if (names.empty()) continue;
      layout_.folders.emplace_back(folder + "/", part);
      return {};
    }
    return missing_place(part);
  }

  Result<void> missing_place(std::string_view part) {
    sink_.note(fmt::format("part_missing.{}", part));
    return {};
  }

  Result<void> read_list(const std::string& part, const std::string& list) {
    AVA_TRY(const auto reader, request_.tree->open(list));
    layout_.own_files.add(list);
    NameSet& names = layout_.lists[part];
    const auto each = [&](std::string_view line, std::uint64_t number) -> Result<void> {
      if (stop_.stop_requested()) return Error(ErrorCode::kCancelled, "import.cancelled", "stopped");
      const std::string picture = picture_of(trimmed(line), folder_of(list));
      if (!picture.empty()) {
        names.add(picture);
        return {};
      }
      sink_.saw_item();
      return sink_.reject_item(
          reject_at(list, number, {}, "picture_missing", fmt::format("there is no picture '{}'", trimmed(line))));
    };
    return read_lines(*reader, each);
  }

  /// Lists carry the paths of the machine they were made on: leading folders are left out until a picture is found.
  std::string picture_of(std::string_view line, std::string_view here) {
    std::string text(line);
    std::replace(text.begin(), text.end(), '\\', '/');
    for (std::string_view rest = text;; rest.remove_prefix(rest.find('/') + 1)) {
      for (const std::string_view root : {here, std::string_view()}) {
        std::string name = resolve_name(root, rest);
        if (!name.empty() && pictures_.has(name)) return name;
      }
      if (rest.find('/') == std::string_view::npos) return {};
    }
  }

  const Request& request_;
  Pictures& pictures_;
  Sink& sink_;
  const std::stop_token& stop_;
  YoloLayout layout_;
};

}  // namespace

std::string YoloLayout::part_of(std::string_view picture) {
  for (auto& [part, pictures] : lists)
    if (pictures.has(picture)) return part;
  for (const auto& [folder, part] : folders)
    if (picture.starts_with(folder)) return part;
  if (!lists.empty() || !folders.empty()) return {};
  return std::string(split_of_folders(picture));
}

Result<YoloLayout> yolo_layout(const Request& request, Pictures& pictures, Sink& sink, const std::stop_token& stop) {
  return LayoutReader(request, pictures, sink, stop).read();
}

std::vector<std::string> yolo_label_names(std::string_view picture) {
  std::vector<std::string> names;
  const std::string stem(without_ending(picture));
  const std::string inside = "/" + stem;
  if (const auto at = inside.rfind("/images/"); at != std::string::npos)
    names.push_back(stem.substr(0, at) + "labels/" + stem.substr(at + 7) + ".txt");
  names.push_back(stem + ".txt");
  return names;
}

}  // namespace ava::exchange
