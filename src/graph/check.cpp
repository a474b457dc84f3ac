#include "graph/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ava::graph {

namespace {

constexpr std::size_t kMostNodes = 200;
constexpr double kMostTimes = 1000;

std::string join_classes(const std::vector<std::string>& values) { return fmt::format("{}", fmt::join(values, ", ")); }

/// Gathers what is wrong, rule after rule.
class Checker {
 public:
  explicit Checker(const Graph& graph) : graph_(graph) {}

  std::vector<Problem> run(const KnownClasses* known) {
    if (graph_.nodes.size() > kMostNodes) {
      add("graph.too_large", "", fmt::format("more than {} nodes", kMostNodes));
      return std::move(problems_);
    }
    check_ids();
    check_ends();
    for (const Edge& edge : graph_.edges) check_edge(edge);
    check_cycle();
    check_reached();
    for (const Node& node : graph_.nodes) check_settings(node);
    if (known != nullptr)
      for (const Node& node : graph_.nodes) check_classes(node, *known);
    return std::move(problems_);
  }

 private:
  Problem& add(std::string_view slug, const std::string& node, std::string message) {
    Problem problem;
    problem.slug = slug;
    problem.node = node;
    problem.message = std::move(message);
    return problems_.emplace_back(std::move(problem));
  }

  void check_ids() {
    std::set<std::string> seen;
    for (const Node& node : graph_.nodes)
      if (!seen.insert(node.id).second)
        add("graph.duplicate_node", node.id, fmt::format("two nodes are called '{}'", node.id));
  }

  void check_ends() {
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    for (const Node& node : graph_.nodes) {
      inputs += node.type == NodeType::kInput;
      if (node.type != NodeType::kOutput || ++outputs == 1) continue;
      add("graph.several_outputs", node.id, "a graph has one output");
    }
    if (inputs == 0) add("graph.no_input", "", "the graph has no input");
    if (outputs == 0) add("graph.no_output", "", "the graph has no output");
  }

  void bad_edge(const Edge& edge, const std::string& rule) {
    Problem& problem = add("graph.bad_edge", edge.to, fmt::format("'{}' -> '{}': {}", edge.from, edge.to, rule));
    problem.edge = edge;
    problem.details = {{"rule", rule}};
  }

  void check_edge(const Edge& edge) {
    for (const std::string& id : {edge.from, edge.to}) {
      if (graph_.find(id) != nullptr) continue;
      Problem& problem = add("graph.unknown_node", id, fmt::format("an edge names '{}', which is no node", id));
      problem.edge = edge;
      return;
    }
    if (std::count(graph_.edges.begin(), graph_.edges.end(), edge) > 1 && !doubled_.contains(edge)) {
      doubled_.insert(edge);
      add("graph.duplicate_edge", edge.to, fmt::format("'{}' -> '{}' is there twice", edge.from, edge.to)).edge = edge;
    }
    const NodeType from = graph_.find(edge.from)->type;
    const NodeType to = graph_.find(edge.to)->type;
    if (edge.from == edge.to) return bad_edge(edge, "a node does not feed itself");
    if (from == NodeType::kOutput) return bad_edge(edge, "nothing follows an output");
    if (to == NodeType::kInput) return bad_edge(edge, "nothing comes before an input");
    if (from == NodeType::kAugment && to == NodeType::kFilter)
      return bad_edge(edge, "filters look at the source's labels and stand before operations");
  }

  void check_cycle() {
    if (graph_.nodes.empty() || !topological_order(graph_).empty()) return;
    // Where it is: a node that can reach itself.
    for (const Node& node : graph_.nodes) {
      std::set<std::string> seen;
      walk(node.id, true, seen, false);
      if (seen.contains(node.id)) {
        add("graph.cycle", node.id, fmt::format("'{}' feeds itself over other nodes", node.id));
        return;
      }
    }
  }

  /// Everything that can be reached from `id`, forwards or backwards.
  void walk(const std::string& id, bool forwards, std::set<std::string>& seen, bool with_start = true) const {
    std::vector<std::string> open = {id};
    if (with_start) seen.insert(id);
    while (!open.empty()) {
      const std::string at = open.back();
      open.pop_back();
      for (const Edge& edge : graph_.edges) {
        const std::string& here = forwards ? edge.from : edge.to;
        const std::string& next = forwards ? edge.to : edge.from;
        if (here == at && seen.insert(next).second) open.push_back(next);
      }
    }
  }

  void check_reached() {
    std::set<std::string> fed;
    std::set<std::string> feeding;
    for (const Node& node : graph_.nodes) {
      if (node.type == NodeType::kInput) walk(node.id, true, fed);
      if (node.type == NodeType::kOutput) walk(node.id, false, feeding);
    }
    for (const Node& node : graph_.nodes) {
      if (node.type != NodeType::kInput && !fed.contains(node.id))
        add("graph.unreachable", node.id, fmt::format("nothing comes to '{}' from an input", node.id));
      else if (node.type != NodeType::kOutput && !feeding.contains(node.id))
        add("graph.unreachable", node.id, fmt::format("nothing of '{}' gets to the output", node.id));
    }
  }

  void check_label(const Node& node, const std::string& label) {
    if (!sample::LabelKey::parse(label).ok())
      add("graph.bad_setting", node.id, fmt::format("'{}' is no label, e.g. classification.pulp", label)).details = {
          {"setting", "label"}};
  }

  void check_times(const Node& node, double times) {
    const bool counts_source = node.augment.count_mode == CountMode::kTotal && node.augment.keep_source;
    const double least = counts_source ? 1 : 0;
    if (std::isfinite(times) && times >= least && times <= kMostTimes) return;
    Problem& problem =
        add("graph.bad_multiple", node.id,
            fmt::format("'{}': the multiple {} is not between {} and {}", node.id, times, least, kMostTimes));
    problem.details = {{"min", fmt::format("{}", least)}, {"max", fmt::format("{}", kMostTimes)}};
    if (counts_source) problem.hint = "the original counts: leave it out with keep_source false to have fewer";
  }

  void check_filter(const Node& node) {
    const Filter& filter = node.filter;
    if (!filter.label.empty()) return check_label(node, filter.label);
    if ((filter.unlabelled || !filter.where.empty()) && filter.values.empty() && !filter.box.any()) return;
    add("graph.bad_setting", node.id, fmt::format("'{}' names no label to filter by", node.id)).details = {
        {"setting", "label"}};
  }

  void check_settings(const Node& node) {
    if (node.type == NodeType::kFilter) check_filter(node);
    if (node.type != NodeType::kAugment) return;
    if (node.augment.operations.empty())
      add("graph.no_operations", node.id, fmt::format("'{}' has no operations", node.id));
    check_times(node, node.augment.multiple);
    for (const Condition& condition : node.augment.conditions) {
      check_label(node, condition.label);
      for (const auto& [cls, times] : condition.values) check_times(node, times);
    }
  }

  void warn_gone(const Node& node, const std::string& label, const std::vector<std::string>& classes,
                 const KnownClasses& known) {
    const auto key = sample::LabelKey::parse(label);
    if (!key.ok()) return;
    const auto found = known.find(key->str());
    std::vector<std::string> gone;
    for (const std::string& cls : classes)
      if (found != known.end() && !found->second.contains(cls)) gone.push_back(cls);
    if (found != known.end() && gone.empty()) return;
    Problem& problem =
        found == known.end()
            ? add("graph.label_gone", node.id, fmt::format("no picture has the label '{}'", label))
            : add("graph.class_gone", node.id, fmt::format("no picture has {} in {}", join_classes(gone), label));
    problem.severity = Severity::kWarning;
    problem.details = {{"label", label}, {"classes", join_classes(gone)}};
  }

  void check_classes(const Node& node, const KnownClasses& known) {
    if (node.type == NodeType::kFilter && !node.filter.label.empty())
      warn_gone(node, node.filter.label, node.filter.values, known);
    if (node.type != NodeType::kAugment) return;
    for (const Condition& condition : node.augment.conditions) {
      std::vector<std::string> classes;
      for (const auto& [cls, times] : condition.values) classes.push_back(cls);
      warn_gone(node, condition.label, classes, known);
    }
  }

  const Graph& graph_;
  std::vector<Problem> problems_;
  std::set<Edge> doubled_;
};

}  // namespace

std::vector<Problem> check(const Graph& graph, const KnownClasses* known) { return Checker(graph).run(known); }

Result<void> first_error(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems)
    if (problem.severity == Severity::kError) return error_of(problem);
  return {};
}

std::vector<std::size_t> topological_order(const Graph& graph) {
  std::vector<std::size_t> order;
  std::set<std::string> placed;
  std::set<std::size_t> left;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) left.insert(i);
  for (bool moved = true; moved;) {
    moved = false;
    for (auto it = left.begin(); it != left.end();) {
      const std::string& id = graph.nodes[*it].id;
      const bool ready = std::all_of(graph.edges.begin(), graph.edges.end(),
                                     [&](const Edge& edge) { return edge.to != id || placed.contains(edge.from); });
      if (!ready) {
        ++it;
        continue;
      }
      order.push_back(*it);
      placed.insert(id);
      it = left.erase(it);
      moved = true;
    }
  }
  return left.empty() ? order : std::vector<std::size_t>{};
}

}  // namespace ava::graph
