// Who becomes what: which samples every node of a graph passes on and how many copies are made, decided from labels
// alone, before a pixel is read. The same list, graph and seed give the same plan; rows added change no other's draws.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "graph/graph.hpp"
#include "graph/inputs.hpp"
#include "graph/rows.hpp"
#include "pipeline/specs.hpp"

namespace ava::graph {

struct EdgeCount {
  std::string from;
  std::string to;
  std::uint64_t items = 0;
  std::map<std::string, std::uint64_t> classes;  ///< items that have a class; empty when there are very many sorts
};
void describe(schema::Visitor& v, EdgeCount& x);

struct NodeCount {
  std::string id;
  std::uint64_t in = 0;  ///< without the duplicates; of an input: rows
  std::uint64_t out = 0;
  std::uint64_t duplicates = 0;  ///< items that came over another path already
};
void describe(schema::Visitor& v, NodeCount& x);

struct Counts {
  std::vector<EdgeCount> edges;  ///< as in the graph
  std::vector<NodeCount> nodes;  ///< as in the graph
  std::uint64_t output = 0;
  std::uint64_t generated = 0;  ///< of `output`, new pictures
  std::uint64_t rows = 0;       ///< of all lists
  std::uint64_t rejected = 0;   ///< lines that are no rows
  std::uint64_t left_out = 0;   ///< rows marked invalid
};
void describe(schema::Visitor& v, Counts& x);

/// One application of an augment node: its position in the graph and the number of the copy, from 1.
struct Origin {
  std::uint32_t node = 0;
  std::uint32_t copy = 0;
  // clang-tidy 14 takes the 0 inside a defaulted comparison for a pointer.
  auto operator<=>(const Origin&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// A source row and what was done to it. Two with the same row and lineage are one.
struct Item {
  std::uint64_t hash = 0;  ///< of url and lineage
  std::vector<Origin> lineage;
};

struct PlanOptions {
  std::uint64_t seed = 0;
  unsigned threads = 1;         ///< that parse
  std::filesystem::path spool;  ///< folder for lists that must be copied; empty: a temporary one
  OnRowReject on_reject;        ///< may be empty
  OnRowBytes on_bytes;          ///< may be empty
};

/// Thread: const calls from any thread. Memory: 24 bytes a row.
class Plan {
 public:
  /// Errors: those of check() (the first), of read_rows(), and `graph.too_many` when one row becomes too many.
  static Result<Plan> make(Graph graph, const Inputs& inputs, const PlanOptions& options, const std::stop_token& stop);

  const Graph& graph() const { return graph_; }
  const Counts& counts() const { return counts_; }
  const Rows& rows() const { return rows_; }
  std::uint64_t seed() const { return seed_; }
  /// What a row becomes at the output, or at another node, ordered by lineage: the original first.
  std::vector<Item> items_of(std::size_t row) const { return items_at(row, output_); }
  std::vector<Item> items_at(std::size_t row, std::size_t node) const;
  /// The key of all that is drawn for an item at step number `step` of its lineage.
  std::uint64_t draw_key(const Row& row, const Item& item, std::size_t step) const;
  /// The bytes of a row's line. Errors: `list.changed`.
  Result<std::string> line_of(std::size_t row) const;
  std::size_t output() const { return output_; }

 private:
  struct Rank;
  struct Walk;
  Plan() = default;
  void prepare();
  Result<void> settle_fractions(const std::stop_token& stop);
  Result<void> settle_node(std::size_t node, const std::stop_token& stop);
  Result<void> count_all(const std::stop_token& stop);
  Result<void> walk(const Row& row, std::size_t last, Walk& walk) const;
  Result<void> leave(std::size_t node, const Kind& kind, Walk& walk) const;
  std::uint64_t copies_of(std::size_t node, double times, const Item& item) const;

  Graph graph_;
  std::uint64_t seed_ = 0;
  std::size_t output_ = 0;
  Rows rows_;
  Counts counts_;
  std::vector<std::size_t> order_;
  std::vector<std::vector<std::size_t>> into_;                  ///< by node: edges, in the order of the graph
  std::vector<std::size_t> from_;                               ///< by edge: node
  std::vector<std::uint64_t> rank_key_, draw_key_, name_hash_;  ///< by node
  /// By node and multiple: those whose rank is at most this get one more; none without an entry.
  std::vector<std::map<double, std::uint64_t>> more_up_to_;
};

/// The counts alone. Errors: as Plan::make().
Result<Counts> count(const Graph& graph, const Inputs& inputs, std::uint64_t seed, const std::stop_token& stop);

}  // namespace ava::graph
