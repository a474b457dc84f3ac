// Is a graph one that can be run? Every rule that is broken, with node, edge and reason.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "graph/graph.hpp"

namespace ava::graph {

/// Classes of a list by label ("classification.pulp" -> {"pulp", "sexy"}).
using KnownClasses = std::map<std::string, std::set<std::string>>;

/// Slugs: `graph.no_input`, `graph.no_output`, `graph.several_outputs`, `graph.cycle`, `graph.bad_edge`,
/// `graph.unknown_node`, `graph.duplicate_node`, `graph.duplicate_edge`, `graph.unreachable`, `graph.no_operations`,
/// `graph.bad_multiple`, `graph.bad_setting`, `graph.too_large`; with `known`, the warnings `graph.class_gone` and
/// `graph.label_gone`.
std::vector<Problem> check(const Graph& graph, const KnownClasses* known = nullptr);
/// The first error among the problems. Warnings are none.
Result<void> first_error(const std::vector<Problem>& problems);

/// Nodes so that every one stands behind its predecessors; those in the order of the graph. Empty on a cycle.
std::vector<std::size_t> topological_order(const Graph& graph);

}  // namespace ava::graph
