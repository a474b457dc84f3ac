// The JSON of the Docker Engine API that the container driver sends and reads, and nothing else: a Spec becomes the
// body of a create call, answers become plain structs. Quirks of the engines are named here.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/engine.hpp"

namespace ava::engine {

inline constexpr std::string_view kLabelJob = "ava.job";
inline constexpr std::string_view kLabelOwner = "ava.owner";

/// What the machine and the engine add to a Spec.
struct CreateContext {
  std::string image;  ///< resolved name
  std::string owner;
  bool podman = false;
  bool rootless = false;
  bool init = true;  ///< a small first process that passes signals on and reaps
};

/// Errors: `engine.bad_spec` for a path that neither form of a mount can carry.
Result<void> check_container_mounts(const Spec& spec);
/// Body of POST /containers/create. Limits: swap equals memory, so that none is added; no capability; no new
/// privileges; ulimits at or below this machine's own hard limits, which a sandbox may not raise.
std::string create_body(const Spec& spec, const CreateContext& context);

/// What inspect says. Units: times in ms UTC, 0 = not yet.
struct ContainerView {
  std::string id, state, error;
  std::map<std::string, std::string> labels;
  int exit_code = 0, pid = 0;
  bool oom_killed = false;
  TimeMs started_ms = 0, ended_ms = 0;

  bool waits() const { return state == "created" || state == "configured" || state == "initialized"; }
  bool ended() const { return state == "exited" || state == "stopped"; }
  bool dead() const { return state == "dead"; }
};

/// Errors of all three: `engine.bad_answer`.
Result<ContainerView> parse_container(std::string_view text);
Result<std::vector<ImageInfo>> parse_images(std::string_view text);
struct EngineFacts {
  Info info;
  bool podman = false, rootless = false, cgroup_v1 = false;
};
/// From GET /info and, for a rootless Podman, GET /libpod/info; the latter may be empty.
Result<EngineFacts> parse_facts(std::string_view info, bool podman, std::string_view libpod_info = {});

/// ENOENT or EACCES when the log is the complaint of a container's first process (catatonit of Podman, tini of Docker)
/// that it cannot run the command; else 0.
int first_process_error(std::string_view log);

}  // namespace ava::engine
