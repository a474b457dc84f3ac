// The preprocessing graph: what its nodes are set to, and its JSON. What it means: docs/design/graph.md.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "augment/op.hpp"
#include "augment/scene.hpp"
#include "base/result.hpp"
#include "graph/term.hpp"
#include "sample/sample.hpp"

namespace ava::graph {

enum class NodeType : std::uint8_t { kInput, kFilter, kAugment, kOutput };
/// "input", "filter", "augment", "output".
std::string_view name_of(NodeType type);

/// Bounds of a box's width, height and area. Units: pixels, square pixels; both ends belong to it.
struct BoxBounds {
  std::optional<double> min_width, max_width, min_height, max_height, min_area, max_area;
  bool any() const;
  bool hold(const sample::Box& box) const;
};

/// Passes rows with a ground-truth entry of `label` that has one of the classes (and whose box is in the bounds);
/// with `exclude`, rows that have entries of the label but none of these. Every term of `where` must hold, too.
struct Filter {
  std::string label;                ///< "classification.pulp"; empty only with `unlabelled` or `where`
  std::vector<std::string> values;  ///< classes; empty: any
  bool exclude = false;
  bool unlabelled = false;  ///< rows without an entry of that label (empty: of any label) pass, too
  BoxBounds box;
  std::vector<Term> where;
};

/// The multiple of rows by class. Where several classes of a row are listed, the largest counts.
struct Condition {
  std::string label;
  std::map<std::string, double> values;
};

enum class CountMode : std::uint8_t {
  kTotal,  ///< the multiple counts the original
  kNew,    ///< new ones alone
};

struct Augment {
  std::vector<augment::OpSpec> operations;
  double multiple = 1;
  std::vector<Condition> conditions;  ///< the first that matches decides, else `multiple`
  CountMode count_mode = CountMode::kTotal;
  bool keep_source = true;
  std::optional<std::uint64_t> seed;  ///< instead of that of the run
  augment::LabelRules labels;
  /// How many new samples a multiple means.
  double new_per_item(double times) const;
};

/// How generated pictures are written.
struct PictureSettings {
  std::string kind = "same";  ///< "same", "jpg", "png"
  int quality = 95;           ///< of JPEG
};

struct Output {
  std::string name;
  std::string description;
  PictureSettings picture;
};

/// Only the part that belongs to `type` means anything.
struct Node {
  std::string id;
  NodeType type = NodeType::kInput;
  std::string list;  ///< input: empty for the list one started from
  Filter filter;
  Augment augment;
  Output output;
};

struct Edge {
  std::string from;
  std::string to;
  // clang-tidy 14 takes the 0 inside a defaulted comparison for a pointer.
  auto operator<=>(const Edge&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct Graph {
  std::vector<Node> nodes;
  std::vector<Edge> edges;
  std::optional<std::uint64_t> seed;                    ///< of the run that was made with it
  std::map<std::string, std::array<double, 2>> layout;  ///< where an editor draws nodes; without meaning
  const Node* find(std::string_view id) const;
};

enum class Severity : std::uint8_t { kError, kWarning };

/// Something that is wrong with a graph, and where.
struct Problem {
  std::string slug;
  Severity severity = Severity::kError;
  std::string node;          ///< empty: the graph as a whole
  std::optional<Edge> edge;  ///< when a connection is at fault
  std::string message;
  std::string hint;
  std::string pointer;  ///< JSON pointer into the graph's text, where it is known
  std::map<std::string, std::string> details;
};
/// Details "node", "from", "to" beside its own.
Error error_of(const Problem& problem);

/// What could be read, and what could not; a node's bad operation leaves the node without it.
struct Reading {
  Graph graph;
  std::vector<Problem> problems;
};
/// Errors: `json.bad`; `graph.bad_json` when it is no graph at all.
Result<Reading> read(std::string_view json);
/// Errors: those of read(), and the first problem: `graph.bad_setting`, `graph.unknown_member`, `graph.unknown_type`,
/// `op.*`.
Result<Graph> parse(std::string_view json);
/// Canonical: members in a fixed order, defaults left out. `indent` < 0: one line.
std::string to_json(const Graph& graph, int indent = 2);

}  // namespace ava::graph
