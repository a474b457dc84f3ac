// Copies a source dataset: its list, statistics and rejects, and the pictures that lie with it.
#pragma once

#include <stop_token>

#include "base/result.hpp"
#include "pipeline/specs.hpp"

namespace ava::worker {

/// Urls of the list that lead into the old prefix lead into the new one; others stay. All of it appears at once.
/// Errors: `copy.no_list`, `target.*`, `object.*`, `file.no_space`, `job.cancelled`.
Result<pipeline::CopyResult> run_copy(const pipeline::CopySpec& spec, const pipeline::OnProgress& on_progress = {},
                                      const std::stop_token& stop = {});

}  // namespace ava::worker
