// Jobs as containers of Docker or Podman on this machine, through the Docker Engine API.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "engine/all.hpp"
#include "engine/engine.hpp"

namespace ava::engine {

/// Needs Options::state_dir; uses socket, owner and pull. The handle of a job is its container's name "ava-<key>".
/// Errors: `engine.bad_options`. Own errors of start(): `engine.name_taken` when another owner has the key.
Result<std::unique_ptr<Engine>> make_container_engine(const Options& options);

}  // namespace ava::engine
