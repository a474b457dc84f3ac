// Proves sets AVA did not make against one it made: the same pictures by SHA-256, the same labels.
#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "base/result.hpp"
#include "pipeline/verify.hpp"

namespace ava::pipeline {

/// As verify(); paths with no set of AVA's below them are compared with the first set of AVA's that was named, or with
/// each other when none was. Their order may be another. Errors: as verify(); `verify.nothing` also when there is only
/// one set and nothing to hold it against; `set.unknown`.
Result<VerifyReport> verify_with_foreign(const std::vector<std::filesystem::path>& paths,
                                         const OnProgress& on_progress = {}, const std::stop_token& stop = {});

}  // namespace ava::pipeline
