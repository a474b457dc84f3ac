#include "graph/graph.hpp"

#include <algorithm>

namespace ava::graph {

std::string_view name_of(NodeType type) {
  switch (type) {
    case NodeType::kInput:
      return "input";
    case NodeType::kFilter:
      return "filter";
    case NodeType::kAugment:
      return "augment";
    case NodeType::kOutput:
      return "output";
  }
  return "";
}

bool BoxBounds::any() const { return min_width || max_width || min_height || max_height || min_area || max_area; }

bool BoxBounds::hold(const sample::Box& box) const {
  const double width = box.x1 - box.x0;
  const double height = box.y1 - box.y0;
  const auto within = [](double value, const std::optional<double>& low, const std::optional<double>& high) {
    return (!low || value >= *low) && (!high || value <= *high);
  };
  return within(width, min_width, max_width) && within(height, min_height, max_height) &&
         within(width * height, min_area, max_area);
}

double Augment::new_per_item(double times) const {
  return count_mode == CountMode::kTotal && keep_source ? std::max(0.0, times - 1) : times;
}

const Node* Graph::find(std::string_view id) const {
  const auto found = std::find_if(nodes.begin(), nodes.end(), [id](const Node& node) { return node.id == id; });
  return found == nodes.end() ? nullptr : &*found;
}

Error error_of(const Problem& problem) {
  Error error(ErrorCode::kInvalidArgument, problem.slug, problem.message);
  if (!problem.node.empty()) error = std::move(error).detail("node", problem.node);
  if (problem.edge) error = std::move(error).detail("from", problem.edge->from).detail("to", problem.edge->to);
  for (const auto& [key, value] : problem.details) error = std::move(error).detail(key, value);
  if (!problem.hint.empty()) error = std::move(error).hint(problem.hint);
  if (!problem.pointer.empty()) error = std::move(error).at(problem.pointer);
  return error;
}

}  // namespace ava::graph
