// What planning knows of the lists: 24 bytes for each row, never its pixels.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "graph/graph.hpp"
#include "graph/inputs.hpp"
#include "pipeline/sources.hpp"

namespace ava::graph {

/// One row of a list. `hash`: of its url; where a url is there several times, of its number among them, too.
struct Row {
  std::uint64_t hash = 0;
  std::uint64_t offset : 40 = 0;
  std::uint64_t bytes : 24 = 0;
  std::uint32_t kind = 0;
  std::uint32_t line = 0;
};

/// What filters and conditions say to a row: the same for many.
struct Kind {
  std::uint32_t list = 0;
  std::vector<char> passes;            ///< by node: inputs and filters
  std::vector<double> times;           ///< by node: new samples of each one that arrives
  std::vector<std::uint32_t> classes;  ///< positions in Rows::classes
};

struct Rows {
  std::vector<Row> rows;  ///< list after list, in the order of the nodes
  std::vector<Kind> kinds;
  std::vector<std::string> classes;
  std::vector<std::string> lists;  ///< path or url
  std::vector<pipeline::ListFile> files;
  std::uint64_t lines = 0;     ///< non-blank
  std::uint64_t rejected = 0;  ///< lines that are no rows
  std::uint64_t left_out = 0;  ///< marked invalid
};

using OnRowReject = std::function<Result<void>(const sample::Reject&)>;
using OnRowBytes = std::function<void(std::uint64_t bytes)>;

/// Read the lists once. `spool`: folder for those that must be copied to be read. Errors: `graph.unknown_list`, those
/// of ListReader. Memory: 24 bytes a row, 8 more while reading.
Result<Rows> read_rows(const Graph& graph, const Inputs& inputs, unsigned threads, const std::filesystem::path& spool,
                       const OnRowReject& on_reject, const OnRowBytes& on_bytes, const std::stop_token& stop);

}  // namespace ava::graph
