#include "engine/container_json.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

namespace ava::engine {
namespace {

using nlohmann::json;

Error bad_answer(std::string_view what) {
  return Error(ErrorCode::kUnavailable, "engine.bad_answer",
               "the container engine answered something else than " + std::string(what));
}

json ulimit(const char* name, int resource, rlim_t most) {
  rlimit own{};
  ::getrlimit(resource, &own);
  const rlim_t value = own.rlim_max == RLIM_INFINITY ? most : std::min(own.rlim_max, most);
  return {{"Name", name}, {"Soft", value}, {"Hard", value}};
}

bool has_any(const Mount& mount, const char* characters) {
  return (mount.source + mount.target).find_first_of(characters) != std::string::npos;
}

json host_config(const Spec& spec, const CreateContext& context) {
  constexpr double kNano = 1e9;
  constexpr rlim_t kFiles = 65'536;
  constexpr rlim_t kPodmanProcesses = 32'768;  // Podman lowers its own limit to this before it starts anything
  constexpr std::uint64_t kShm = 1ull << 30;
  json ulimits = json::array({ulimit("nofile", RLIMIT_NOFILE, kFiles)});
  if (context.podman) ulimits.push_back(ulimit("nproc", RLIMIT_NPROC, kPodmanProcesses));
  json mounts = json::array();
  json binds = json::array();
  for (const Mount& mount : spec.mounts) {
    // Podman writes a mount as comma-separated text of its own; a bind is text with colons.
    if (has_any(mount, ",\""))
      binds.push_back(mount.source + ":" + mount.target + (mount.read_only ? ":ro" : ":rw"));
    else
      mounts.push_back(
          {{"Type", "bind"}, {"Source", mount.source}, {"Target", mount.target}, {"ReadOnly", mount.read_only}});
  }
  json host{{"Mounts", std::move(mounts)},
            {"Binds", std::move(binds)},
            {"NetworkMode", spec.network ? "bridge" : "none"},
            {"CapDrop", {"ALL"}},
            {"SecurityOpt", {"no-new-privileges"}},
            {"Ulimits", std::move(ulimits)},
            {"Init", context.init},
            // The default may be journald, whose log is not ours to read back byte for byte.
            {"LogConfig", {{"Type", "json-file"}}},
            // Data loaders share batches there; the engine's default of 64 MB ends them with a bus error.
            {"ShmSize", spec.memory_bytes > 0 ? spec.memory_bytes / 2 : kShm}};
  if (spec.memory_bytes > 0) host["Memory"] = host["MemorySwap"] = spec.memory_bytes;
  if (spec.cpu_cores > 0) host["NanoCpus"] = static_cast<std::int64_t>(spec.cpu_cores * kNano);
  if (spec.pids_limit > 0) host["PidsLimit"] = spec.pids_limit;
  return host;
}

std::string text_at(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

template <class T>
T number_at(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<T>() : T{};
}

/// "0001-01-01T00:00:00Z" means never.
TimeMs time_at(const json& object, const char* name) {
  const auto time = parse_time(text_at(object, name));
  return time.ok() ? std::max<TimeMs>(0, *time) : 0;
}

/// The limits that this engine would ignore without a word. Docker says so itself; Podman claims every limit, and only
/// the controllers that its own API lists for a user without root are true.
std::string ignored_limits(const json& machine, const json& libpod) {
  struct Limit {
    const char *flag, *controller, *what;
  };
  const json none = json::object();
  const json& host = libpod.is_object() && libpod.contains("host") ? libpod["host"] : none;
  const bool listed = host.is_object() && host.contains("cgroupControllers") && host["cgroupControllers"].is_array();
  std::string missing;
  for (const Limit& limit : {Limit{"MemoryLimit", "memory", "memory"}, Limit{"CpuCfsQuota", "cpu", "processors"},
                             Limit{"PidsLimit", "pids", "processes"}}) {
    const bool denied = machine.contains(limit.flag) && machine[limit.flag] == false;
    const auto has = [&limit](const json& name) { return name == limit.controller; };
    if (denied || (listed && std::none_of(host["cgroupControllers"].begin(), host["cgroupControllers"].end(), has)))
      missing += (missing.empty() ? "" : ", ") + std::string(limit.what);
  }
  return missing;
}

std::string limits_warning(const EngineFacts& facts, const std::string& ignored) {
  if (ignored.empty()) return {};
  const std::string what = "limits of trainings are ignored (" + ignored + "): ";
  if (!facts.rootless) return what + "this machine's kernel does not offer them to the engine";
  if (facts.cgroup_v1) return what + "the engine runs without root on cgroup v1; run it as root, or use cgroup v2";
  return what + "the engine runs without root and its user has no such cgroup controller; delegate them to it";
}

}  // namespace

int first_process_error(std::string_view log) {
  const bool catatonit =
      log.find("(catatonit:") != std::string_view::npos && log.find("failed to exec pid1") != std::string_view::npos;
  const std::string_view line = log.substr(0, log.find('\n'));
  const bool tini = line.rfind("[FATAL tini (", 0) == 0 && line.find("] exec ") != std::string_view::npos;
  if (!catatonit && !tini) return 0;
  return log.find("No such file") != std::string_view::npos ? ENOENT : EACCES;
}

Result<void> check_container_mounts(const Spec& spec) {
  for (const Mount& mount : spec.mounts)
    if (has_any(mount, ",\"") && has_any(mount, ":"))
      return Error(ErrorCode::kInvalidArgument, "engine.bad_spec",
                   "no engine can mount a path with both ':' and ',': " + mount.source)
          .at("/mounts");
  return {};
}

std::string create_body(const Spec& spec, const CreateContext& context) {
  json env = json::array();
  for (const auto& [name, value] : spec.env) env.push_back(fmt::format("{}={}", name, value));
  json labels(spec.labels);
  labels[std::string(kLabelJob)] = spec.key;
  labels[std::string(kLabelOwner)] = context.owner;
  labels["ava.name"] = spec.name;
  json body{{"Image", context.image},
            {"Env", std::move(env)},
            {"Labels", std::move(labels)},
            {"Tty", false},
            {"HostConfig", host_config(spec, context)}};
  if (!spec.command.empty()) {
    // The whole command is the caller's: an image's own entry point would come before it.
    body["Entrypoint"] = json::array({spec.command[0]});
    body["Cmd"] = std::vector<std::string>(spec.command.begin() + 1, spec.command.end());
  }
  if (!spec.working_dir.empty()) body["WorkingDir"] = spec.working_dir;
  // Without root's capabilities the container's root could not write what this user owns.
  if (::geteuid() != 0 && !context.rootless)
    body["User"] = std::to_string(::geteuid()) + ":" + std::to_string(::getegid());
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<ContainerView> parse_container(std::string_view text) {
  const json said = json::parse(text, nullptr, false);
  if (!said.is_object() || !said.contains("State") || !said["State"].is_object()) return bad_answer("a container");
  const json& state = said["State"];
  ContainerView view{.id = text_at(said, "Id"), .state = text_at(state, "Status"), .error = text_at(state, "Error")};
  view.exit_code = number_at<int>(state, "ExitCode");
  view.pid = number_at<int>(state, "Pid");
  view.oom_killed = state.contains("OOMKilled") && state["OOMKilled"] == true;
  view.started_ms = time_at(state, "StartedAt");
  view.ended_ms = std::max(time_at(state, "FinishedAt"), view.ended() ? view.started_ms : 0);
  if (said.contains("Config") && said["Config"].is_object() && said["Config"].contains("Labels") &&
      said["Config"]["Labels"].is_object())
    for (const auto& [name, value] : said["Config"]["Labels"].items())
      if (value.is_string()) view.labels[name] = value.get<std::string>();
  return view;
}

Result<std::vector<ImageInfo>> parse_images(std::string_view text) {
  const json said = json::parse(text, nullptr, false);
  if (!said.is_array()) return bad_answer("a list of images");
  std::vector<ImageInfo> images;
  for (const json& image : said) {
    if (!image.is_object() || !image.contains("RepoTags") || !image["RepoTags"].is_array()) continue;
    for (const json& tag : image["RepoTags"])
      if (tag.is_string() && tag != "<none>:<none>")
        images.push_back({.name = tag.get<std::string>(),
                          .id = text_at(image, "Id"),
                          .size_bytes = number_at<std::uint64_t>(image, "Size"),
                          .created_ms = number_at<TimeMs>(image, "Created") * 1000});
  }
  std::sort(images.begin(), images.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return images;
}

Result<EngineFacts> parse_facts(std::string_view info, bool podman, std::string_view libpod_info) {
  const json machine = json::parse(info, nullptr, false);
  if (!machine.is_object()) return bad_answer("its description");
  EngineFacts facts;
  facts.podman = podman;
  facts.cgroup_v1 = text_at(machine, "CgroupVersion") == "1";
  if (machine.contains("SecurityOptions") && machine["SecurityOptions"].is_array())
    for (const json& option : machine["SecurityOptions"])
      if (option.is_string() && option.get<std::string>().find("rootless") != std::string::npos) facts.rootless = true;
  // Docker says it among the options above, Podman 4 here alone.
  if (machine.contains("Rootless") && machine["Rootless"] == true) facts.rootless = true;
  facts.info.name = facts.podman ? "podman" : "docker";
  facts.info.version = text_at(machine, "ServerVersion");
  facts.info.cpu_cores = number_at<double>(machine, "NCPU");
  facts.info.memory_bytes = number_at<std::uint64_t>(machine, "MemTotal");
  facts.info.available = true;
  const json libpod = libpod_info.empty() ? json() : json::parse(libpod_info, nullptr, false);
  facts.info.warning = limits_warning(facts, ignored_limits(machine, libpod));
  return facts;
}

}  // namespace ava::engine
