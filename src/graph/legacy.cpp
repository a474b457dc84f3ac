#include "graph/legacy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "augment/op_text.hpp"
#include "graph/check.hpp"
#include "schema/json.hpp"

namespace ava::graph {

namespace {

using schema::Json;

Error bad_setting(const std::string& node, const std::string& pointer, std::string_view rule) {
  return error_of({.slug = "graph.bad_setting",
                   .node = node,
                   .message = fmt::format("{} must be {}", pointer, rule),
                   .pointer = pointer,
                   .details = {{"setting", pointer.substr(pointer.rfind('/') + 1)}}});
}

/// A member that may be missing; null is missing, too.
const Json* member(const Json& json, const char* name) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(name);
  return found == json.end() || found->is_null() ? nullptr : &*found;
}

Result<std::string> text(const Json& json, const char* name, const std::string& at, const std::string& node = "") {
  const Json* found = member(json, name);
  if (found == nullptr) return std::string();
  if (!found->is_string()) return bad_setting(node, fmt::format("{}/{}", at, name), "a text");
  return found->get<std::string>();
}

Result<double> number_in(const Json& json, const char* name, double otherwise, const std::string& at,
                         const std::string& node = "") {
  const Json* found = member(json, name);
  if (found == nullptr) return otherwise;
  if (!found->is_number()) return bad_setting(node, fmt::format("{}/{}", at, name), "a number");
  return found->get<double>();
}

Result<std::vector<std::string>> texts(const Json& json, const char* name, const std::string& at,
                                       const std::string& node = "") {
  const Json* found = member(json, name);
  if (found == nullptr) return std::vector<std::string>();
  const bool good =
      found->is_array() && std::all_of(found->begin(), found->end(), [](const Json& one) { return one.is_string(); });
  if (!good) return bad_setting(node, fmt::format("{}/{}", at, name), "a list of texts");
  return found->get<std::vector<std::string>>();
}

/// The parts of the second call that give one operation or more as text.
Result<std::vector<augment::OpSpec>> operations(const Json& json, const std::string& at, const std::string& node) {
  AVA_TRY(const std::string ops, text(json, "ops", at, node));
  auto parsed = augment::parse_ops(ops);
  if (!parsed.ok()) return std::move(parsed.error()).at(at + "/ops").detail("node", node);
  return parsed;
}

/// Nodes made here draw as new ones only: the source is passed on by an edge of its own.
Node augment_node(std::string id) {
  Node node{.id = std::move(id), .type = NodeType::kAugment};
  node.augment.count_mode = CountMode::kNew;
  node.augment.keep_source = false;
  return node;
}

Result<Condition> condition_of(const Json& json, const std::string& at, const std::string& node) {
  Condition condition;
  AVA_TRY(condition.label, text(json, "label", at, node));
  const Json* values = member(json, "values");
  if (values == nullptr || !values->is_object()) return bad_setting(node, at + "/values", "an object");
  for (const auto& [cls, times] : values->items()) {
    if (!times.is_number()) return bad_setting(node, fmt::format("{}/values/{}", at, cls), "a number");
    condition.values[cls] = times.get<double>();
  }
  return condition;
}

Result<Node> mix_augment(const Json& params, const std::string& id, const std::string& at) {
  Node node = augment_node(id);
  AVA_TRY(node.augment.operations, operations(params, at, id));
  if (const Json* conditions = member(params, "condition")) {
    if (!conditions->is_array()) return bad_setting(id, at + "/condition", "a list");
    for (std::size_t i = 0; i < conditions->size(); ++i) {
      AVA_TRY(Condition condition, condition_of((*conditions)[i], fmt::format("{}/condition/{}", at, i), id));
      node.augment.conditions.push_back(std::move(condition));
    }
  }
  // Rows that no condition names get none, unless there are no conditions at all.
  node.augment.multiple = node.augment.conditions.empty() ? 1 : 0;
  AVA_TRY(const std::string mode, text(params, "count_mode", at, id));
  if (mode == "total") node.augment.count_mode = CountMode::kTotal;
  if (!mode.empty() && mode != "total" && mode != "new") return bad_setting(id, at + "/count_mode", "total or new");
  if (const Json* keep = member(params, "keep_source")) {
    if (!keep->is_boolean()) return bad_setting(id, at + "/keep_source", "true or false");
    node.augment.keep_source = keep->get<bool>();
  }
  if (const Json* seed = member(params, "seed")) {
    if (!seed->is_number_unsigned()) return bad_setting(id, at + "/seed", "a whole number");
    node.augment.seed = seed->get<std::uint64_t>();
  }
  return node;
}

Result<Node> mix_node(const Json& json, const std::string& at, LegacyFlow& flow) {
  AVA_TRY(const std::string id, text(json, "name", at));
  if (id.empty()) return bad_setting("", at + "/name", "a text");
  AVA_TRY(const std::string type, text(json, "type", at, id));
  const Json* given = member(json, "params");
  const Json params = given == nullptr ? Json::object() : *given;
  const std::string below = at + "/params";
  if (type == "augment") return mix_augment(params, id, below);
  Node node{.id = id};
  if (type == "input") {
    AVA_TRY(node.list, text(params, "file", below, id));
  } else if (type == "filter") {
    node.type = NodeType::kFilter;
    AVA_TRY(node.filter.label, text(params, "label", below, id));
    AVA_TRY(node.filter.values, texts(params, "values", below, id));
  } else if (type == "output") {
    node.type = NodeType::kOutput;
    AVA_TRY(flow.prefix, text(params, "prefix", below, id));
    AVA_TRY(flow.target_file, text(params, "file", below, id));
  } else {
    return error_of({.slug = "graph.unknown_type",
                     .node = id,
                     .message = fmt::format("'{}' is no type of node", type),
                     .hint = "input, filter, augment, output",
                     .pointer = at + "/type"});
  }
  return node;
}

/// Both directions of every link must be there.
Result<void> check_links(const std::vector<Edge>& forwards, const std::vector<Edge>& backwards) {
  for (const auto* side : {&forwards, &backwards})
    for (const Edge& edge : *side) {
      const auto& other = side == &forwards ? backwards : forwards;
      if (std::find(other.begin(), other.end(), edge) != other.end()) continue;
      Problem problem{.slug = "graph.links_disagree", .node = side == &forwards ? edge.to : edge.from};
      problem.edge = edge;
      problem.message =
          fmt::format("'{}' -> '{}' is in {} only", edge.from, edge.to, side == &forwards ? "postOps" : "preOps");
      return error_of(problem);
    }
  return {};
}

Result<void> finish(const Json& body, LegacyFlow& flow) {
  AVA_TRY(flow.log_file, text(body, "logFile", ""));
  return first_error(check(flow.graph));
}

Error no_graph(std::string_view rule) { return Error(ErrorCode::kInvalidArgument, "graph.bad_json", rule); }

/// Builds the chain of filters that lets the first matching condition decide.
class Chain {
 public:
  explicit Chain(LegacyFlow& flow) : graph_(flow.graph) {}

  void add(Node node, const std::string& after) {
    graph_.edges.push_back({after, node.id});
    graph_.nodes.push_back(std::move(node));
  }
  /// Rows that no earlier condition matched and this one does.
  void branch(Filter filter, Node made) {
    const std::string number = std::to_string(++count_);
    Node match{.id = "match" + number, .type = NodeType::kFilter};
    match.filter = filter;
    add(match, rest_);
    graph_.edges.push_back({made.id, "out"});
    add(std::move(made), match.id);
    waiting_ = std::move(filter);
    waiting_->exclude = true;
    waiting_->unlabelled = true;
  }
  /// Only now, so that no filter is made that feeds nothing.
  void go_on() {
    if (!waiting_) return;
    Node rest{.id = "rest" + std::to_string(count_), .type = NodeType::kFilter};
    rest.filter = *std::exchange(waiting_, std::nullopt);
    const std::string after = std::exchange(rest_, rest.id);
    add(std::move(rest), after);
  }
  const std::string& rest() const { return rest_; }

 private:
  Graph& graph_;
  std::string rest_ = "in";
  std::optional<Filter> waiting_;
  int count_ = 0;
};

Result<Filter> filter_of(const Json& json, const std::string& at) {
  const Json* condition = member(json, "condition");
  if (condition == nullptr) return bad_setting("", at + "/condition", "an object");
  AVA_TRY(const std::string type, text(*condition, "type", at + "/condition"));
  AVA_TRY(const std::string name, text(*condition, "name", at + "/condition"));
  Filter filter{.label = type + "." + name};
  AVA_TRY(filter.values, texts(*condition, "classes", at + "/condition"));
  return filter;
}

}  // namespace

Result<LegacyFlow> graph_of_mix(std::string_view body) {
  AVA_TRY(const Json json, schema::parse(body));
  const Json* ops = member(json, "ops");
  if (ops == nullptr || !ops->is_array()) return no_graph("ops must be a list of nodes");
  LegacyFlow flow;
  std::vector<Edge> backwards;
  for (std::size_t i = 0; i < ops->size(); ++i) {
    const std::string at = fmt::format("/ops/{}", i);
    AVA_TRY(Node node, mix_node((*ops)[i], at, flow));
    AVA_TRY(const auto before, texts((*ops)[i], "preOps", at, node.id));
    AVA_TRY(const auto after, texts((*ops)[i], "postOps", at, node.id));
    for (const std::string& other : before) backwards.push_back({other, node.id});
    for (const std::string& other : after) flow.graph.edges.push_back({node.id, other});
    flow.graph.nodes.push_back(std::move(node));
  }
  AVA_CHECK(check_links(flow.graph.edges, backwards));
  AVA_CHECK(finish(json, flow));
  return flow;
}

Result<LegacyFlow> graph_of_augment(std::string_view body) {
  AVA_TRY(const Json json, schema::parse(body));
  const Json* ops = member(json, "ops");
  if (ops == nullptr || !ops->is_object()) return no_graph("ops must be an object");
  LegacyFlow flow;
  Node in{.id = "in"};
  AVA_TRY(in.list, text(json, "sourceFile", ""));
  AVA_TRY(flow.prefix, text(json, "prefix", ""));
  AVA_TRY(flow.target_file, text(json, "targetFile", ""));
  flow.graph.nodes.push_back(std::move(in));
  Chain chain(flow);
  const Json* conditional = member(*ops, "conditionalOps");
  if (conditional != nullptr && !conditional->is_array()) return bad_setting("", "/ops/conditionalOps", "a list");
  for (std::size_t i = 0; conditional != nullptr && i < conditional->size(); ++i) {
    const std::string at = fmt::format("/ops/conditionalOps/{}", i);
    chain.go_on();
    Node node = augment_node(fmt::format("augment{}", i + 1));
    AVA_TRY(node.augment.operations, operations((*conditional)[i], at, node.id));
    AVA_TRY(node.augment.multiple, number_in((*conditional)[i], "times", 1, at, node.id));
    AVA_TRY(Filter filter, filter_of((*conditional)[i], at));
    chain.branch(std::move(filter), std::move(node));
  }
  if (const Json* otherwise = member(*ops, "defaultOps")) {
    chain.go_on();
    Node node = augment_node("default");
    AVA_TRY(node.augment.operations, operations(*otherwise, "/ops/defaultOps", node.id));
    AVA_TRY(node.augment.multiple, number_in(*otherwise, "times", 1, "/ops/defaultOps", node.id));
    flow.graph.edges.push_back({node.id, "out"});
    chain.add(std::move(node), chain.rest());
  }
  const Json* merge = member(json, "mergeSource");
  if (merge != nullptr && merge->is_boolean() && merge->get<bool>()) flow.graph.edges.push_back({"in", "out"});
  flow.graph.nodes.push_back({.id = "out", .type = NodeType::kOutput});
  AVA_CHECK(finish(json, flow));
  return flow;
}

}  // namespace ava::graph
