// Makes a dataset of others through a graph: list and new pictures as graph/ makes them, then the canonical list and
// its statistics by the way of every import.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <vector>

#include "base/result.hpp"
#include "graph/run.hpp"
#include "pipeline/specs.hpp"

namespace ava::worker {

struct PreprocessResult {
  std::string list_uri;
  std::uint64_t item_count = 0;
  std::uint64_t made_count = 0;  ///< of them with a new picture
  std::uint64_t reject_count = 0;
  std::uint64_t byte_count = 0;  ///< list and new pictures
  std::vector<pipeline::LabelSummary> labels;
};
void describe(schema::Visitor& v, PreprocessResult& x);

/// The target is a prefix of a bucket. `folder` is for what is needed meanwhile. The same spec a second time answers
/// what is there; a killed run goes on with the pictures it had made. Errors: those of graph::run(), `target.*`,
/// `file.no_space`, `job.cancelled`.
Result<PreprocessResult> run_preprocess(const graph::RunSpec& spec, const std::filesystem::path& folder,
                                        const pipeline::OnProgress& on_progress = {}, const std::stop_token& stop = {},
                                        const std::filesystem::path& keep_rejects = {});

}  // namespace ava::worker
