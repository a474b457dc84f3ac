// Carries a graph out: a new list with its pictures, all of it visible at once at the end. A killed run goes on with
// the pictures it had finished; the bytes do not depend on threads, kills or machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>

#include "graph/inputs.hpp"
#include "graph/plan.hpp"
#include "pipeline/specs.hpp"

namespace ava::graph {

inline constexpr std::string_view kListFile = "list.jsonl";
inline constexpr std::string_view kGraphFile = "graph.json";
inline constexpr std::string_view kReportFile = "report.json";

struct RunSpec {
  schema::AnyJson graph;  ///< its JSON
  Inputs inputs;
  std::uint64_t seed = 0;
  unsigned threads = 0;                     ///< 0: one per core
  double max_reject_ratio = 1.0;            ///< of the rows; above it the run fails
  pipeline::Target target;                  ///< a folder, or a prefix of a bucket
  std::string cache;                        ///< folder of items that were made before, for any job; empty: none
  std::uint64_t cache_bytes = 20ull << 30;  ///< what the cache may take; 0: no bound
};
void describe(schema::Visitor& v, RunSpec& x);

/// What is in report.json, too, but for the last three. rows = kept + generated.
struct RunResult {
  std::string plan;  ///< digest of lists, graph and seed
  std::uint64_t seed = 0;
  Counts counts;  ///< as planned
  std::uint64_t rows = 0;
  std::uint64_t kept = 0;       ///< rows whose picture is the source's
  std::uint64_t generated = 0;  ///< rows with a picture of their own
  std::uint64_t bytes = 0;      ///< of generated pictures
  std::uint64_t boxes_clipped = 0;
  std::uint64_t boxes_dropped = 0;
  std::uint64_t landmarks_dropped = 0;
  std::uint64_t rejected = 0;                    ///< source rows: bad lines and bad pictures
  std::map<std::string, std::uint64_t> reasons;  ///< slug -> how many
  std::string list;                              ///< path or url of the new list
  std::uint64_t resumed = 0;                     ///< generated pictures that an earlier attempt had finished
  std::uint64_t from_cache = 0;                  ///< generated pictures that were found in the cache
  bool already_there = false;                    ///< the same had been finished before; nothing was written
};
void describe(schema::Visitor& v, RunResult& x);

/// Progress: "read list" in bytes, "make pictures" in items, "publish".
/// Errors: those of Plan::make(), of the target, `graph.too_many_rejects`, `graph.nothing_left` (the result has no
/// row). `keep_rejects`: where rejects.jsonl is left when the run fails; may be empty.
Result<RunResult> run(const RunSpec& spec, const pipeline::OnProgress& on_progress, const std::stop_token& stop,
                      const std::filesystem::path& keep_rejects = {});

}  // namespace ava::graph
