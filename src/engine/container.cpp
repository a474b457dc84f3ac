#include "engine/container.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <thread>

#include "base/log.hpp"
#include "engine/container_json.hpp"
#include "engine/container_log.hpp"
#include "engine/docker_api.hpp"
#include "engine/exit_words.hpp"
#include "engine/image_names.hpp"
#include "engine/job_folder.hpp"
#include "engine/oom.hpp"
#include "http/http.hpp"

namespace ava::engine {
namespace {

using std::chrono::seconds;

constexpr int kNotFound = 404;
constexpr int kNotModified = 304;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

Error api_error(const ApiReply& reply, std::string_view what) {
  const auto code = reply.status >= 500 ? ErrorCode::kUnavailable : ErrorCode::kInvalidArgument;
  return Error(code, "engine.start_failed", reply.message()).context(what);
}

class ContainerEngine final : public Engine {
 public:
  explicit ContainerEngine(const Options& options) : options_(options), api_(options.socket), logs_(api_) {}

  Result<std::string> start(const Spec& spec) override;
  Result<Status> status(const std::string& handle) override;
  Result<void> stop(const std::string& handle, seconds grace) override;
  Result<void> remove(const std::string& handle) override;
  Result<LogChunk> log(const std::string& handle, std::uint64_t offset, std::uint64_t max_bytes) override;
  Result<Info> probe() override;
  Result<std::vector<ImageInfo>> images() override;

 private:
  JobFolder folder(const std::string& handle) const { return {options_.state_dir, handle}; }
  bool is_ours(const ContainerView& view) const;
  Result<std::optional<ContainerView>> find(const std::string& handle);
  Result<EngineFacts> facts();
  Result<std::string> image_for(const std::string& wanted);
  Result<void> pull(const std::string& name);
  Result<ContainerView> create(const Spec& spec, const std::string& handle);
  Result<void> launch(const std::string& handle, const JobRecord& record);
  void attend(const std::string& handle, const ContainerView& view, const JobRecord& record);
  Exit judge(const std::string& handle, const ContainerView& view, const JobRecord& record);
  OutOfMemory memory_verdict(const std::string& handle, const ContainerView& view, const JobRecord& record);
  int command_error(const ContainerView& view, const JobRecord& record);

  const Options options_;
  DockerApi api_;
  std::mutex facts_mutex_;
  std::optional<EngineFacts> facts_;
  MemoryWatch memory_;
  LogFollowers logs_;
};

/// Podman reads /proc of a container's first process to describe it, and answers 500 when that ends in between.
bool lost_a_race(const ApiReply& reply) { return reply.status >= 500 && contains(reply.message(), "/proc/"); }

Result<std::optional<ContainerView>> ContainerEngine::find(const std::string& handle) {
  constexpr int kTries = 5;
  constexpr std::chrono::milliseconds kPause{50};
  const std::string path = "/containers/" + http::url_encode(handle) + "/json";
  AVA_TRY(ApiReply reply, api_.call("GET", path));
  for (int tried = 1; lost_a_race(reply) && tried < kTries; ++tried) {
    std::this_thread::sleep_for(tried * kPause);
    AVA_TRY(reply, api_.call("GET", path));
  }
  if (reply.status == kNotFound) return std::optional<ContainerView>();
  if (!reply.ok()) return Error(ErrorCode::kUnavailable, "engine.bad_answer", reply.message());
  AVA_TRY(ContainerView view, parse_container(reply.body));
  return std::optional<ContainerView>(std::move(view));
}

bool ContainerEngine::is_ours(const ContainerView& view) const {
  const auto owner = view.labels.find(std::string(kLabelOwner));
  return owner != view.labels.end() && owner->second == options_.owner;
}

/// Asked once: Podman runs other programs to answer. It would run the package manager for /version, too.
Result<EngineFacts> ContainerEngine::facts() {
  {
    const std::lock_guard lock(facts_mutex_);
    if (facts_) return *facts_;
  }
  AVA_TRY(const ApiReply info, api_.call("GET", "/info"));
  if (!info.ok()) return Error(ErrorCode::kUnavailable, "engine.bad_answer", info.message());
  AVA_TRY(EngineFacts known, parse_facts(info.body, info.podman));
  if (known.podman && known.rootless) {
    AVA_TRY(const ApiReply own, api_.call("GET", "/libpod/info"));
    AVA_TRY(known, parse_facts(info.body, true, own.ok() ? own.body : ""));
  }
  const std::lock_guard lock(facts_mutex_);
  return facts_.emplace(std::move(known));
}

Result<Info> ContainerEngine::probe() {
  const auto alive = api_.call("GET", "/_ping");
  auto known = alive.ok() ? facts() : Result<EngineFacts>(alive.error());
  if (!known.ok()) {
    Info none{.name = "container", .version = {}, .detail = known.error().text(), .available = false};
    if (!known.error().hint().empty()) none.detail += " (" + known.error().hint() + ")";
    return none;
  }
  known->info.detail = api_.where();
  return known->info;
}

Result<std::vector<ImageInfo>> ContainerEngine::images() {
  AVA_TRY(const ApiReply reply, api_.call("GET", "/images/json"));
  if (!reply.ok()) return Error(ErrorCode::kUnavailable, "engine.bad_answer", reply.message());
  return parse_images(reply.body);
}

Result<void> ContainerEngine::pull(const std::string& name) {
  constexpr seconds kPullDeadline{900};
  AVA_TRY(const ApiReply reply,
          api_.call("POST", "/images/create?fromImage=" + http::url_encode(name), {}, kPullDeadline));
  if (reply.ok() && !contains(reply.body, "\"error\"")) return {};
  const std::string said = reply.ok() ? reply.body.substr(0, 500) : reply.message();
  return Error(ErrorCode::kNotFound, "engine.image_not_found", "pulling '" + name + "' failed: " + said).at("/image");
}

Result<std::string> ContainerEngine::image_for(const std::string& wanted) {
  AVA_TRY(const auto known, images());
  auto found = resolve_image(wanted, known);
  if (found.ok() || !options_.pull || !has_registry_host(wanted) || found.error().slug() != "engine.image_not_found")
    return found;
  AVA_CHECK(pull(wanted));
  AVA_TRY(const auto pulled, images());
  return resolve_image(wanted, pulled);
}

Result<ContainerView> ContainerEngine::create(const Spec& spec, const std::string& handle) {
  AVA_TRY(const EngineFacts known, facts());
  CreateContext context{.image = {}, .owner = options_.owner, .podman = known.podman, .rootless = known.rootless};
  AVA_TRY(context.image, image_for(spec.image));
  const std::string path = "/containers/create?name=" + handle;
  AVA_TRY(ApiReply reply, api_.call("POST", path, create_body(spec, context)));
  if (!reply.ok() && contains(reply.message(), "init") && contains(reply.message(), "not found")) {
    log::warn("engine", "no init program for containers here (install catatonit or tini): {}", reply.message());
    context.init = false;
    AVA_TRY(reply, api_.call("POST", path, create_body(spec, context)));
  }
  // A name that is taken: another call with this key was faster.
  if (!reply.ok() && !contains(reply.message(), "already in use")) return api_error(reply, "create the container");
  AVA_TRY(const auto made, find(handle));
  if (!made) return Error(ErrorCode::kUnavailable, "engine.start_failed", "the container was removed at once");
  return *made;
}

Result<std::string> ContainerEngine::start(const Spec& spec) {
  AVA_CHECK(check_spec(spec));
  AVA_CHECK(check_container_mounts(spec));
  const std::string handle = "ava-" + spec.key;
  AVA_TRY(const auto turn, JobLock::take(options_.state_dir, handle));
  AVA_TRY(auto view, find(handle));
  JobRecord record;
  if (!view) {
    AVA_CHECK(folder(handle).remove());  // of a job with this key that is gone
    AVA_TRY(record, folder(handle).save(spec));
    AVA_TRY(view, create(spec, handle));
  } else {
    auto known = folder(handle).load();
    if (!known.ok()) known = folder(handle).save(spec);
    AVA_TRY(record, std::move(known));
  }
  if (!is_ours(*view))
    return Error(ErrorCode::kConflict, "engine.name_taken", "a container " + handle + " exists that is not ours")
        .hint("remove it, or give this server another owner name");
  if (view->waits() && !folder(handle).has(kMarkEnded)) AVA_CHECK(launch(handle, record));
  // It runs: who asks for its state next will see to it when the engine does not answer now.
  if (const auto now = find(handle); now.ok() && *now) attend(handle, **now, record);
  return handle;
}

/// Start a container that was created. A command that cannot be run is an end of the job, not a failure of the engine.
Result<void> ContainerEngine::launch(const std::string& handle, const JobRecord& record) {
  constexpr seconds kStartDeadline{120};
  AVA_TRY(const ApiReply reply, api_.call("POST", "/containers/" + handle + "/start", {}, kStartDeadline));
  if (reply.ok() || reply.status == kNotModified) return {};
  const std::string said = reply.message();
  const bool exec = contains(said, "exec");
  const bool absent = contains(said, "executable file not found") || contains(said, "no such file or directory");
  if (exec && (absent || contains(said, "permission denied"))) {
    const Ending ending{.code = absent ? kExitNoCommand : kExitNotRunnable, .command = record.command};
    AVA_CHECK(folder(handle).set(kMarkLogComplete));
    return folder(handle).set_exit(describe(ending));
  }
  // Leave nothing half-made behind: the next try creates it anew.
  const auto swept = api_.call("DELETE", "/containers/" + handle + "?force=1&v=1");
  if (!swept.ok()) log::warn("engine", "{}: {}", handle, swept.error().text());
  AVA_CHECK(folder(handle).remove());
  return api_error(reply, "start the container");
}

/// See to what must be watched while it runs, and to the log when it has ended.
void ContainerEngine::attend(const std::string& handle, const ContainerView& view, const JobRecord& record) {
  if (!view.waits()) logs_.ensure(handle, folder(handle), record.log_path);
  if (view.ended()) logs_.note_end(handle);
  memory_.add(handle, view.pid, view.id);
}

Result<Status> ContainerEngine::status(const std::string& handle) {
  AVA_TRY(const JobRecord record, folder(handle).load());
  AVA_TRY(const auto view, find(handle));
  Status status{.progress = read_progress(record.progress_path)};
  if (!view) {
    status.exit = folder(handle).exit();
    status.state = status.exit ? State::kExited : State::kLost;
    if (!status.exit) status.exit = describe_lost("its container was removed by someone else");
    return status;
  }
  attend(handle, *view, record);
  status.started_ms = view->started_ms;
  if (view->waits()) {
    status.exit = folder(handle).exit();
    status.state = status.exit ? State::kExited : State::kStarting;
  } else if (view->dead()) {
    status.state = State::kLost;
    status.exit = describe_lost("the engine reports the container as dead");
  } else if (view->ended()) {
    // Who reads that it ended reads its log next: the end is told when the log is whole, or cannot be had.
    constexpr seconds kLogDeadline{3};
    logs_.wait_complete(handle, folder(handle), kLogDeadline);
    status.state = State::kExited;
    status.ended_ms = view->ended_ms;
    status.exit = judge(handle, *view, record);
  } else {
    status.state = State::kRunning;
    if (const auto counters = memory_.last(handle); counters && counters->oom_kills > 0)
      AVA_CHECK(folder(handle).set(kMarkOutOfMemory));
  }
  return status;
}

/// Podman's first process (catatonit) ends with 1 when it cannot run the command, Docker's (tini) with 126 or 127; the
/// line it prints is all that tells it from a command that ended so. 0: the command was run.
int ContainerEngine::command_error(const ContainerView& view, const JobRecord& record) {
  constexpr std::uint64_t kLineLimit = 400;
  constexpr std::chrono::seconds kLogDeadline{5};
  if (view.exit_code != 1 && view.exit_code != kExitNotRunnable && view.exit_code != kExitNoCommand) return 0;
  logs_.wait_complete("ava-" + record.key, folder("ava-" + record.key), kLogDeadline);
  const auto chunk = read_log(record.log_path, 0, kLineLimit, true);
  return chunk.ok() && chunk->end ? first_process_error(chunk->text) : 0;
}

OutOfMemory ContainerEngine::memory_verdict(const std::string& handle, const ContainerView& view,
                                            const JobRecord& record) {
  const auto counters = memory_.last(handle);
  if (view.oom_killed || folder(handle).has(kMarkOutOfMemory) || (counters && counters->oom_kills > 0))
    return OutOfMemory::kLimit;
  if (view.exit_code != kExitSignalled + SIGKILL || folder(handle).has(kMarkStop)) return OutOfMemory::kNo;
  const KernelLogVerdict said = search_kernel_log(view.id);
  if (said.memory != OutOfMemory::kNo || said.readable) return said.memory;
  const bool near_limit =
      counters && record.memory_bytes > 0 && counters->peak_bytes >= record.memory_bytes - record.memory_bytes / 50;
  return near_limit ? OutOfMemory::kLikely : OutOfMemory::kNo;
}

Exit ContainerEngine::judge(const std::string& handle, const ContainerView& view, const JobRecord& record) {
  if (const auto known = folder(handle).exit()) return *known;
  Ending ending{.code = view.exit_code,
                .stop_asked = folder(handle).has(kMarkStop),
                .memory = memory_verdict(handle, view, record),
                .memory_limit_bytes = record.memory_bytes};
  if (ending.memory == OutOfMemory::kNo) ending.exec_errno = command_error(view, record);
  if (ending.exec_errno != 0) {
    ending.code = ending.exec_errno == ENOENT ? kExitNoCommand : kExitNotRunnable;
    ending.command = record.command;
  }
  Exit exit = describe(ending);
  if (const auto kept = folder(handle).set_exit(exit); !kept.ok())
    log::warn("engine", "{}: {}", handle, kept.error().text());
  return exit;
}

Result<void> ContainerEngine::stop(const std::string& handle, seconds grace) {
  constexpr seconds kMargin{30};
  AVA_CHECK(folder(handle).load());
  AVA_TRY(const auto view, find(handle));
  if (!view || view->ended() || view->dead()) return {};
  if (view->waits()) {  // never ran, and is not to run now
    AVA_CHECK(folder(handle).set(kMarkLogComplete));
    return folder(handle).set_exit(describe({.code = kExitSignalled + SIGTERM, .stop_asked = true}));
  }
  AVA_CHECK(folder(handle).set(kMarkStop));
  const std::string path = "/containers/" + handle + "/stop?t=" + std::to_string(std::max<long>(0, grace.count()));
  AVA_TRY(const ApiReply reply, api_.call("POST", path, {}, grace + kMargin));
  if (reply.ok() || reply.status == kNotModified || reply.status == kNotFound) return {};
  return Error(ErrorCode::kUnavailable, "engine.stop_failed", reply.message());
}

Result<void> ContainerEngine::remove(const std::string& handle) {
  constexpr std::chrono::seconds kLogDeadline{60};
  AVA_CHECK(check_key(handle));
  AVA_TRY(const auto turn, JobLock::take(options_.state_dir, handle));
  AVA_TRY(const auto view, find(handle));
  const auto record = folder(handle).load();
  if (!record.ok() && record.error().code() != ErrorCode::kNotFound) return record.error();
  if (view && is_ours(*view)) {
    if (!view->waits() && !view->ended()) AVA_CHECK(api_.call("POST", "/containers/" + handle + "/kill?signal=KILL"));
    if (record.ok()) attend(handle, *view, *record);
    if (record.ok() && !view->waits() && !logs_.wait_complete(handle, folder(handle), kLogDeadline))
      log::warn("engine", "the log of {} is not complete, it is removed all the same", handle);
    AVA_TRY(const ApiReply reply, api_.call("DELETE", "/containers/" + handle + "?force=1&v=1"));
    if (!reply.ok() && reply.status != kNotFound)
      return Error(ErrorCode::kUnavailable, "engine.remove_failed", reply.message());
  }
  logs_.forget(handle);
  memory_.forget(handle);
  return folder(handle).remove();
}

Result<LogChunk> ContainerEngine::log(const std::string& handle, std::uint64_t offset, std::uint64_t max_bytes) {
  AVA_TRY(const JobRecord record, folder(handle).load());
  logs_.ensure(handle, folder(handle), record.log_path);
  const bool complete = folder(handle).has(kMarkLogComplete);
  return read_log(record.log_path, offset, max_bytes, complete);
}

}  // namespace

Result<std::unique_ptr<Engine>> make_container_engine(const Options& options) {
  return std::unique_ptr<Engine>(std::make_unique<ContainerEngine>(options));
}

}  // namespace ava::engine
