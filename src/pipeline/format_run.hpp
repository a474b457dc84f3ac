// Conducts formatting: list -> catalogue -> plan -> pictures -> every requested format in one pass -> manifests ->
// visible.
#pragma once

#include <filesystem>
#include <stop_token>

#include "base/result.hpp"
#include "pipeline/specs.hpp"

namespace ava::pipeline {

/// Make one batch. The pass over the pictures writes as if none were bad; when one is, the rest is only checked, and a
/// second pass writes the plan without the bad ones. So a clean list is read once, and the bytes are the same on any
/// number of threads. Nothing is visible before the end; a killed run leaves nothing and the same call does the work
/// again. Memory: 24 bytes per item and a bounded number of pictures in flight. Errors: `split.bad`, `format.unknown`,
/// `format.twice`, `resize.bad`, `label.*`, `list.*`, `batch.no_samples`, `batch.too_many_rejects`, `target.*`,
/// `file.no_space`, `job.cancelled`.
Result<FormatResult> run_format(const FormatSpec& spec, const OnProgress& on_progress = {},
                                const std::stop_token& stop = {}, const std::filesystem::path& keep_rejects = {});

}  // namespace ava::pipeline
