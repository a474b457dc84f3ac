// The bodies of the original's preprocessing calls (`mix`, and the older `augment`) as graphs. Source: contracts.md 11.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "graph/graph.hpp"

namespace ava::graph {

/// What a body asks for beside the graph. Lists stand in its input nodes as they were given.
struct LegacyFlow {
  Graph graph;
  std::string prefix;       ///< where generated pictures go
  std::string target_file;  ///< the new list; empty: the original's default
  std::string log_file;     ///< empty: as target_file
};

/// {"ops":[{"name","type","preOps","postOps","params"}],"logFile"}. The values of `condition` are numbers of new
/// samples, and these alone are passed on; AVA's own members of `params` change that: "count_mode", "keep_source",
/// "seed". Errors: `json.bad`, `graph.bad_json`, `graph.bad_setting`, `graph.unknown_type`, `graph.links_disagree`,
/// those of check(), `op.*`.
Result<LegacyFlow> graph_of_mix(std::string_view body);

/// {"ops":{"conditionalOps":[...],"defaultOps":{...}},"sourceFile","prefix",...}: the first condition that matches
/// decides, `defaultOps` is for rows that none matches, `mergeSource` puts the source's rows into the result. Errors:
/// as graph_of_mix().
Result<LegacyFlow> graph_of_augment(std::string_view body);

}  // namespace ava::graph
