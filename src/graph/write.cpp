// The canonical text of a graph.
#include <nlohmann/json.hpp>

#include "augment/op_text.hpp"
#include "graph/graph.hpp"

namespace ava::graph {

namespace {

using Ordered = nlohmann::ordered_json;

/// Whole numbers without a decimal point, so that 2 and 2.0 are one text.
Ordered number(double value) {
  if (value == static_cast<double>(static_cast<std::int64_t>(value))) return static_cast<std::int64_t>(value);
  return value;
}

void put(Ordered& json, const char* name, const std::optional<double>& value) {
  if (value) json[name] = number(*value);
}

void put(Ordered& json, const char* name, const std::string& value) {
  if (!value.empty()) json[name] = value;
}

Ordered value_json(bool value) { return value; }
Ordered value_json(double value) { return number(value); }
Ordered value_json(const std::string& value) { return value; }

void write_filter(Ordered& json, const Filter& filter) {
  put(json, "label", filter.label);
  if (!filter.values.empty()) json["values"] = filter.values;
  if (filter.exclude) json["mode"] = "exclude";
  if (filter.unlabelled) json["unlabelled"] = true;
  for (const Term& term : filter.where) {
    Ordered& one = json["where"].emplace_back(Ordered{{"field", term.field}, {"is", term.is}});
    std::visit([&one](const auto& value) { one["value"] = value_json(value); }, term.value);
  }
  if (!filter.box.any()) return;
  Ordered& box = json["box"] = Ordered::object();
  put(box, "min_width", filter.box.min_width);
  put(box, "max_width", filter.box.max_width);
  put(box, "min_height", filter.box.min_height);
  put(box, "max_height", filter.box.max_height);
  put(box, "min_area", filter.box.min_area);
  put(box, "max_area", filter.box.max_area);
}

Ordered rules_json(const augment::LabelRules& rules) {
  const augment::LabelRules defaults;
  Ordered json = Ordered::object();
  if (rules.min_area != defaults.min_area) json["min_area"] = number(rules.min_area);
  if (rules.min_visibility != defaults.min_visibility) json["min_visibility"] = number(rules.min_visibility);
  if (rules.hull) json["hull"] = true;
  for (const auto& [a, b] : rules.mirrored_landmarks) json["mirrored_landmarks"].push_back({a, b});
  return json;
}

void write_augment(Ordered& json, const Augment& augment) {
  json["operations"] = Ordered::array();
  for (const augment::OpSpec& spec : augment.operations)
    json["operations"].push_back(Ordered(augment::op_to_json(spec)));
  json["multiple"] = number(augment.multiple);
  for (const Condition& condition : augment.conditions) {
    Ordered one = {{"label", condition.label}, {"values", Ordered::object()}};
    for (const auto& [cls, times] : condition.values) one["values"][cls] = number(times);
    json["conditions"].push_back(std::move(one));
  }
  if (augment.count_mode == CountMode::kNew) json["count_mode"] = "new";
  if (!augment.keep_source) json["keep_source"] = false;
  if (augment.seed) json["seed"] = *augment.seed;
  Ordered rules = rules_json(augment.labels);
  if (!rules.empty()) json["labels"] = std::move(rules);
}

void write_output(Ordered& json, const Output& output) {
  put(json, "name", output.name);
  put(json, "description", output.description);
  const PictureSettings defaults;
  if (output.picture.kind != defaults.kind) json["picture"]["kind"] = output.picture.kind;
  if (output.picture.quality != defaults.quality) json["picture"]["quality"] = output.picture.quality;
}

Ordered node_json(const Node& node) {
  Ordered json = {{"id", node.id}, {"type", name_of(node.type)}};
  if (node.type == NodeType::kInput) put(json, "list", node.list);
  if (node.type == NodeType::kFilter) write_filter(json, node.filter);
  if (node.type == NodeType::kAugment) write_augment(json, node.augment);
  if (node.type == NodeType::kOutput) write_output(json, node.output);
  return json;
}

}  // namespace

std::string to_json(const Graph& graph, int indent) {
  Ordered json = {{"version", 1}};
  if (graph.seed) json["seed"] = *graph.seed;
  json["nodes"] = Ordered::array();
  for (const Node& node : graph.nodes) json["nodes"].push_back(node_json(node));
  json["edges"] = Ordered::array();
  for (const Edge& edge : graph.edges) json["edges"].push_back({edge.from, edge.to});
  for (const auto& [id, place] : graph.layout) json["layout"][id] = {number(place[0]), number(place[1])};
  return json.dump(indent, ' ', false, Ordered::error_handler_t::replace);
}

}  // namespace ava::graph
