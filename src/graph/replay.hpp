// From a row of a list that a graph made to the identical picture: its source, its steps, the same bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "pipeline/specs.hpp"
#include "sample/sample.hpp"
#include "storage/resolver.hpp"

namespace ava::graph {

struct Replayed {
  std::string bytes;
  std::string extension;
  sample::Sample sample;  ///< the row
};

/// Errors: `replay.not_made` (the row says of no source and steps), those of OpsText::parse(), of fetching and of the
/// operations.
Result<Replayed> replay(const sample::Sample& row, const storage::Resolver& resolver);

/// A row whose picture is not what its steps give.
struct Mismatch {
  std::uint64_t line = 0;
  std::string url;
  std::string slug;  ///< `replay.differs`, or why it could not be made
  std::string detail;
};
void describe(schema::Visitor& v, Mismatch& x);

struct Verified {
  std::uint64_t rows = 0;
  std::uint64_t made = 0;  ///< rows with steps: those that were made again
  std::vector<Mismatch> mismatches;
};
void describe(schema::Visitor& v, Verified& x);

/// Make every generated picture of a list again and compare. Errors: those of reading the list.
Result<Verified> verify_replays(const std::string& list, const pipeline::Sources& sources, unsigned threads,
                                const pipeline::OnProgress& on_progress, const std::stop_token& stop);

}  // namespace ava::graph
