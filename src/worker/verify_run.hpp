// Verifies the sets of one batch as a job: what is reported is named by "<format>/<split>", and a set that is not there
// any more is a finding too.
#pragma once

#include <stop_token>

#include "base/result.hpp"
#include "pipeline/specs.hpp"
#include "pipeline/verify.hpp"

namespace ava::worker {

/// Damage is no Error: it is in the report. Errors: `target.missing`, `target.bucket_unknown`, `target.not_local`,
/// `storage.*`, `job.cancelled`.
Result<pipeline::VerifyReport> run_verify(const pipeline::VerifySpec& spec,
                                          const pipeline::OnProgress& on_progress = {},
                                          const std::stop_token& stop = {});

}  // namespace ava::worker
