#include "engine/all.hpp"

#include "base/file.hpp"
#include "engine/container.hpp"
#include "engine/process.hpp"

namespace ava::engine {

const std::vector<Driver>& drivers() {
  static const std::vector<Driver> kAll{
      {"container", "Containers of Podman or Docker on this machine", make_container_engine},
      {"process", "Plain processes on this machine", make_process_engine},
  };
  return kAll;
}

Result<std::unique_ptr<Engine>> make(std::string_view driver, const Options& options) {
  if (options.state_dir.empty() || options.state_dir[0] != '/')
    return Error(ErrorCode::kInvalidArgument, "engine.bad_options", "an engine needs an absolute state folder");
  for (const Driver& known : drivers())
    if (known.name == driver) {
      AVA_CHECK(file::make_dirs(options.state_dir));
      return known.make(options);
    }
  return Error(ErrorCode::kInvalidArgument, "engine.unknown", "there is no engine '" + std::string(driver) + "'")
      .hint("container, process");
}

}  // namespace ava::engine
