// Jobs as plain processes of this machine, each under a small supervisor that outlives the server: `ava worker` runs
// this way.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "engine/all.hpp"
#include "engine/engine.hpp"

namespace ava::engine {

/// Needs Options::state_dir. The handle of a job is its key. It inherits this program's environment under Spec::env.
/// Limits: memory_bytes is each process's own private memory (RLIMIT_DATA), so the job sees a failed allocation
/// instead of a kill; cpu_cores and pids_limit are not enforced. Mounts must show a path as itself.
Result<std::unique_ptr<Engine>> make_process_engine(const Options& options);

}  // namespace ava::engine
