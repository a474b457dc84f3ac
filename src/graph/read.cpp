// A graph from its JSON: strict about members, so that a misspelt one is not silently without effect.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "augment/op_text.hpp"
#include "graph/graph.hpp"
#include "schema/json.hpp"

namespace ava::graph {

namespace {

using schema::Json;

/// Reads the members of one object and remembers which were asked for.
class Members {
 public:
  Members(const Json& json, std::string pointer, std::string node, std::vector<Problem>& problems)
      : json_(json), pointer_(std::move(pointer)), node_(std::move(node)), problems_(problems) {}
  ~Members() { refuse_unknown(); }
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  const Json* get(const char* name) {
    known_.emplace_back(name);
    const auto found = json_.find(name);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  std::string at(std::string_view name) const { return fmt::format("{}/{}", pointer_, name); }
  const std::string& node() const { return node_; }
  std::vector<Problem>& problems() { return problems_; }

  void bad(std::string_view name, std::string_view rule) {
    Problem problem;
    problem.slug = "graph.bad_setting";
    problem.node = node_;
    problem.message = fmt::format("{} must be {}", name, rule);
    problem.pointer = at(name);
    problem.details = {{"setting", std::string(name)}};
    problems_.push_back(std::move(problem));
  }
  void text(const char* name, std::string& value) {
    if (const Json* json = get(name)) {
      if (json->is_string())
        value = json->get<std::string>();
      else
        bad(name, "a text");
    }
  }
  void flag(const char* name, bool& value) {
    if (const Json* json = get(name)) {
      if (json->is_boolean())
        value = json->get<bool>();
      else
        bad(name, "true or false");
    }
  }
  template <class Number>
  void number(const char* name, Number& value, double min, double max) {
    const Json* json = get(name);
    if (json == nullptr) return;
    const double given = json->is_number() ? json->get<double>() : NAN;
    if (!(given >= min && given <= max))
      bad(name, fmt::format("a number from {} to {}", min, max));
    else
      value = json->get<double>();
  }
  void seed(const char* name, std::optional<std::uint64_t>& value) {
    const Json* json = get(name);
    if (json == nullptr) return;
    if (json->is_number_unsigned())
      value = json->get<std::uint64_t>();
    else
      bad(name, "a whole number from 0 to 18446744073709551615");
  }
  void choice(const char* name, std::string& value, std::span<const std::string_view> choices) {
    const std::string before = value;
    text(name, value);
    if (std::find(choices.begin(), choices.end(), value) != choices.end()) return;
    bad(name, fmt::format("one of {}", fmt::join(choices, ", ")));
    value = before;
  }

 private:
  void refuse_unknown() {
    for (const auto& [key, value] : json_.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      Problem problem;
      problem.slug = "graph.unknown_member";
      problem.node = node_;
      problem.message = fmt::format("'{}' means nothing here", key);
      problem.hint = fmt::format("known: {}", fmt::join(known_, ", "));
      problem.pointer = at(key);
      problem.details = {{"member", key}};
      problems_.push_back(std::move(problem));
    }
  }
  const Json& json_;
  const std::string pointer_;
  const std::string node_;
  std::vector<Problem>& problems_;
  std::vector<std::string> known_;
};

constexpr double kHuge = 1e12;

void read_bounds(const Json& json, const Members& above, std::vector<Problem>& problems, BoxBounds& bounds) {
  Members members(json, above.at("box"), above.node(), problems);
  members.number("min_width", bounds.min_width, 0, kHuge);
  members.number("max_width", bounds.max_width, 0, kHuge);
  members.number("min_height", bounds.min_height, 0, kHuge);
  members.number("max_height", bounds.max_height, 0, kHuge);
  members.number("min_area", bounds.min_area, 0, kHuge);
  members.number("max_area", bounds.max_area, 0, kHuge);
}

void read_texts(Members& members, const char* name, std::vector<std::string>& values) {
  const Json* json = members.get(name);
  if (json == nullptr) return;
  const bool good =
      json->is_array() && std::all_of(json->begin(), json->end(), [](const Json& v) { return v.is_string(); });
  if (good)
    values = json->get<std::vector<std::string>>();
  else
    members.bad(name, "a list of texts");
}

void read_term(const Json& json, const std::string& pointer, Members& above, Term& term) {
  Members members(json, pointer, above.node(), above.problems());
  members.text("field", term.field);
  members.text("is", term.is);
  const Json* value = members.get("value");
  if (value != nullptr && value->is_boolean())
    term.value = value->get<bool>();
  else if (value != nullptr && value->is_number())
    term.value = value->get<double>();
  else if (value != nullptr && value->is_string())
    term.value = value->get<std::string>();
  else
    return members.bad("value", "a number, a text, true or false");
  if (const auto fault = fault_of(term)) members.bad(fault->member, fault->rule);
}

void read_terms(Members& members, std::vector<Term>& terms) {
  constexpr std::size_t kMost = 32;
  const Json* json = members.get("where");
  if (json == nullptr) return;
  const bool good = json->is_array() && json->size() <= kMost &&
                    std::all_of(json->begin(), json->end(), [](const Json& one) { return one.is_object(); });
  if (!good) return members.bad("where", fmt::format("a list of at most {} comparisons", kMost));
  for (std::size_t i = 0; i < json->size(); ++i)
    read_term((*json)[i], fmt::format("{}/{}", members.at("where"), i), members, terms.emplace_back());
}

void read_filter(Members& members, Filter& filter) {
  constexpr std::array<std::string_view, 2> kModes = {"include", "exclude"};
  std::string mode = "include";
  members.text("label", filter.label);
  read_texts(members, "values", filter.values);
  members.choice("mode", mode, kModes);
  filter.exclude = mode == "exclude";
  members.flag("unlabelled", filter.unlabelled);
  read_terms(members, filter.where);
  const Json* box = members.get("box");
  if (box == nullptr) return;
  if (box->is_object())
    read_bounds(*box, members, members.problems(), filter.box);
  else
    members.bad("box", "an object of bounds");
}

void read_operations(Members& members, Augment& augment) {
  const Json* json = members.get("operations");
  if (json == nullptr) return;
  if (!json->is_array()) return members.bad("operations", "a list of operations");
  for (std::size_t i = 0; i < json->size(); ++i) {
    auto spec = augment::op_from_json((*json)[i], fmt::format("{}/{}", members.at("operations"), i));
    if (spec.ok()) {
      augment.operations.push_back(*std::move(spec));
      continue;
    }
    const Error& error = spec.error();
    Problem problem;
    problem.slug = error.slug();
    problem.node = members.node();
    problem.message = error.message();
    problem.hint = error.hint();
    problem.pointer = error.pointer().empty() ? fmt::format("{}/{}", members.at("operations"), i) : error.pointer();
    problem.details = error.details();
    problem.details["index"] = std::to_string(i);
    members.problems().push_back(std::move(problem));
  }
}

void read_conditions(Members& members, Augment& augment) {
  const Json* json = members.get("conditions");
  if (json == nullptr) return;
  if (!json->is_array()) return members.bad("conditions", "a list of objects");
  for (std::size_t i = 0; i < json->size(); ++i) {
    const Json& one = (*json)[i];
    if (!one.is_object()) return members.bad("conditions", "a list of objects");
    Condition condition;
    Members inner(one, fmt::format("{}/{}", members.at("conditions"), i), members.node(), members.problems());
    inner.text("label", condition.label);
    const Json* values = inner.get("values");
    if (values == nullptr || !values->is_object() || values->empty()) {
      inner.bad("values", "an object of class and multiple");
      continue;
    }
    for (const auto& [cls, times] : values->items()) {
      if (times.is_number())
        condition.values[cls] = times.get<double>();
      else
        inner.bad("values", "an object of class and multiple");
    }
    augment.conditions.push_back(std::move(condition));
  }
}

void read_label_rules(Members& members, augment::LabelRules& rules) {
  const Json* json = members.get("labels");
  if (json == nullptr) return;
  if (!json->is_object()) return members.bad("labels", "an object");
  Members inner(*json, members.at("labels"), members.node(), members.problems());
  inner.number("min_area", rules.min_area, 0, kHuge);
  inner.number("min_visibility", rules.min_visibility, 0, 1);
  inner.flag("hull", rules.hull);
  const Json* pairs = inner.get("mirrored_landmarks");
  if (pairs == nullptr) return;
  const auto is_pair = [](const Json& pair) {
    return pair.is_array() && pair.size() == 2 && pair[0].is_number_integer() && pair[1].is_number_integer();
  };
  if (!pairs->is_array() || !std::all_of(pairs->begin(), pairs->end(), is_pair))
    return inner.bad("mirrored_landmarks", "a list of pairs of landmark indexes");
  for (const Json& pair : *pairs)
    rules.mirrored_landmarks.emplace_back(pair[0].get<std::int64_t>(), pair[1].get<std::int64_t>());
}

void read_augment(Members& members, Augment& augment) {
  constexpr std::array<std::string_view, 2> kModes = {"total", "new"};
  std::string mode = "total";
  read_operations(members, augment);
  members.number("multiple", augment.multiple, -kHuge, kHuge);  // bounds are check()'s
  read_conditions(members, augment);
  members.choice("count_mode", mode, kModes);
  augment.count_mode = mode == "new" ? CountMode::kNew : CountMode::kTotal;
  members.flag("keep_source", augment.keep_source);
  members.seed("seed", augment.seed);
  read_label_rules(members, augment.labels);
}

void read_output(Members& members, Output& output) {
  constexpr std::array<std::string_view, 3> kKinds = {"same", "jpg", "png"};
  members.text("name", output.name);
  members.text("description", output.description);
  const Json* json = members.get("picture");
  if (json == nullptr) return;
  if (!json->is_object()) return members.bad("picture", "an object");
  Members inner(*json, members.at("picture"), members.node(), members.problems());
  inner.choice("kind", output.picture.kind, kKinds);
  inner.number("quality", output.picture.quality, 1, 100);
}

bool type_of(std::string_view text, NodeType& type) {
  for (const NodeType one : {NodeType::kInput, NodeType::kFilter, NodeType::kAugment, NodeType::kOutput})
    if (name_of(one) == text) {
      type = one;
      return true;
    }
  return false;
}

void read_node(const Json& json, std::size_t number, Reading& reading) {
  const std::string pointer = fmt::format("/nodes/{}", number);
  Node node;
  if (json.is_object() && json.contains("id") && json["id"].is_string()) node.id = json["id"].get<std::string>();
  if (!json.is_object() || node.id.empty() || node.id.size() > 200) {
    reading.problems.push_back({.slug = "graph.bad_setting",
                                .message = fmt::format("node {} must be an object with an id", number + 1),
                                .pointer = pointer + "/id",
                                .details = {{"setting", "id"}}});
    return;
  }
  Members members(json, pointer, node.id, reading.problems);
  members.get("id");
  std::string type;
  members.text("type", type);
  if (!type_of(type, node.type)) {
    reading.problems.push_back({.slug = "graph.unknown_type",
                                .node = node.id,
                                .message = fmt::format("'{}' is no type of node", type),
                                .hint = "input, filter, augment, output",
                                .pointer = pointer + "/type",
                                .details = {{"type", type}}});
    for (const auto& [key, value] : json.items()) members.get(key.c_str());
    return;
  }
  if (node.type == NodeType::kInput) members.text("list", node.list);
  if (node.type == NodeType::kFilter) read_filter(members, node.filter);
  if (node.type == NodeType::kAugment) read_augment(members, node.augment);
  if (node.type == NodeType::kOutput) read_output(members, node.output);
  reading.graph.nodes.push_back(std::move(node));
}

void read_edges(const Json& edges, Members& members, Graph& graph) {
  for (const Json& edge : edges) {
    const bool good = edge.is_array() && edge.size() == 2 && edge[0].is_string() && edge[1].is_string();
    if (!good) return members.bad("edges", "a list of pairs of node ids");
    graph.edges.push_back({edge[0].get<std::string>(), edge[1].get<std::string>()});
  }
}

void read_layout(const Json& layout, Members& members, Graph& graph) {
  for (const auto& [id, place] : layout.items()) {
    if (!place.is_array() || place.size() != 2 || !place[0].is_number() || !place[1].is_number())
      return members.bad("layout", "an object of node id and [x,y]");
    graph.layout[id] = {place[0].get<double>(), place[1].get<double>()};
  }
}

}  // namespace

Result<Reading> read(std::string_view text) {
  AVA_TRY(const Json json, schema::parse(text));
  if (!json.is_object() || !json.contains("nodes") || !json["nodes"].is_array())
    return Error(ErrorCode::kInvalidArgument, "graph.bad_json", "a graph is an object with nodes and edges");
  Reading reading;
  {
    Members members(json, "", "", reading.problems);
    double version = 1;
    members.number("version", version, 1, 1);
    const Json* nodes = members.get("nodes");
    for (std::size_t i = 0; i < nodes->size(); ++i) read_node((*nodes)[i], i, reading);
    const Json* edges = members.get("edges");
    if (edges != nullptr && edges->is_array())
      read_edges(*edges, members, reading.graph);
    else
      members.bad("edges", "a list of pairs of node ids");
    members.seed("seed", reading.graph.seed);
    const Json* layout = members.get("layout");
    if (layout != nullptr && layout->is_object())
      read_layout(*layout, members, reading.graph);
    else if (layout != nullptr)
      members.bad("layout", "an object of node id and [x,y]");
  }
  return reading;
}

Result<Graph> parse(std::string_view text) {
  AVA_TRY(Reading reading, read(text));
  if (!reading.problems.empty()) return error_of(reading.problems.front());
  return std::move(reading.graph);
}

}  // namespace ava::graph
