#include "engine/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string_view>
#include <thread>

#include "base/file.hpp"
#include "engine/descriptor.hpp"
#include "engine/exit_words.hpp"
#include "engine/job_folder.hpp"
#include "engine/log_file.hpp"
#include "engine/supervisor.hpp"

namespace ava::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kPollEvery{20};

/// The lock of a job: whoever holds it is its supervisor, or is about to make one. It goes with its holder, and with
/// the holder's forks, whatever kills them.
struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

bool try_lock(int fd) {
  struct flock lock = whole_file(F_WRLCK);
  return ::fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

bool is_locked(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (fd.get() < 0) return false;
  struct flock lock = whole_file(F_WRLCK);
  return ::fcntl(fd.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/// Where a command without '/' is, as a shell finds it; the word itself when it is nowhere.
std::string find_program(const std::string& word, const std::map<std::string, std::string>& env) {
  if (word.find('/') != std::string::npos) return word;
  const auto own = env.find("PATH");
  const char* inherited = ::getenv("PATH");
  const std::string path = own != env.end() ? own->second : inherited != nullptr ? inherited : "/usr/bin:/bin";
  std::string found = "/nonexistent/" + word;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t colon = std::min(path.find(':', at), path.size());
    std::string candidate = path.substr(at, colon - at) + "/" + word;
    struct stat info {};
    if (::stat(candidate.c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
      if (::access(candidate.c_str(), X_OK) == 0) return candidate;
      found = candidate;
    }
    at = colon + 1;
  }
  return found;
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& env) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (env.count(std::string(text.substr(0, text.find('=')))) == 0) out.emplace_back(text);
  }
  for (const auto& [name, value] : env) out.push_back(fmt::format("{}={}", name, value));
  return out;
}

class ProcessEngine final : public Engine {
 public:
  explicit ProcessEngine(std::string state_dir) : state_dir_(std::move(state_dir)) {}

  Result<std::string> start(const Spec& spec) override;
  Result<Status> status(const std::string& handle) override;
  Result<void> stop(const std::string& handle, seconds grace) override;
  Result<void> remove(const std::string& handle) override;
  Result<LogChunk> log(const std::string& handle, std::uint64_t offset, std::uint64_t max_bytes) override;
  Result<Info> probe() override;
  Result<std::vector<ImageInfo>> images() override { return std::vector<ImageInfo>(); }

 private:
  JobFolder folder(const std::string& handle) const { return {state_dir_, handle}; }
  static std::string process_path(const JobFolder& job) { return job.file("process"); }
  static std::string exit_path(const JobFolder& job) { return job.file("exit"); }
  static std::string lock_path(const JobFolder& job) { return job.file("lock"); }
  static bool ended(const JobFolder& job, const ProcessRecord& process);
  static bool wait_end(const JobFolder& job, const ProcessRecord& process, milliseconds limit);
  static Exit judge(const JobFolder& job, const JobRecord& record, const ExitRecord& end);
  const std::string state_dir_;
};

Result<void> check_process_spec(const Spec& spec) {
  AVA_CHECK(check_spec(spec));
  const auto bad = [](std::string_view pointer, const std::string& message) {
    return Error(ErrorCode::kInvalidArgument, "engine.bad_spec", message).at(pointer);
  };
  if (spec.command.empty() || spec.command[0].empty()) return bad("/command", "a process needs a command");
  for (const Mount& mount : spec.mounts)
    if (mount.source != mount.target) return bad("/mounts", "a process sees " + mount.source + " only as itself");
  std::error_code ignored;
  if (!spec.working_dir.empty() && !std::filesystem::is_directory(spec.working_dir, ignored))
    return bad("/working_dir", "there is no folder " + spec.working_dir);
  return {};
}

Result<std::string> ProcessEngine::start(const Spec& spec) {
  AVA_CHECK(check_process_spec(spec));
  const JobFolder job = folder(spec.key);
  AVA_CHECK(file::make_dirs(job.path()));
  const Descriptor lock(::open(lock_path(job).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.get() < 0) return file::error_of(errno, "open lock", lock_path(job));
  if (!try_lock(lock.get())) return spec.key;  // it runs, or another call starts it right now
  if (read_exit_record(exit_path(job)) || read_process_record(process_path(job))) return spec.key;
  AVA_TRY(const JobRecord record, job.save(spec));
  AVA_CHECK(file::make_dirs(std::filesystem::path(record.log_path).parent_path()));
  const Descriptor log(::open(record.log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (log.get() < 0) return file::error_of(errno, "open log", record.log_path);
  const Launch launch{.program = find_program(spec.command[0], spec.env),
                      .arguments = spec.command,
                      .environment = merged_environment(spec.env),
                      .working_dir = spec.working_dir,
                      .process_path = process_path(job),
                      .exit_path = exit_path(job),
                      .lock_fd = lock.get(),
                      .log_fd = log.get(),
                      .memory_bytes = spec.memory_bytes};
  AVA_CHECK(launch_supervised(launch));
  return spec.key;
}

Exit ProcessEngine::judge(const JobFolder& job, const JobRecord& record, const ExitRecord& end) {
  return describe({.code = end.code,
                   .exec_errno = end.exec_errno,
                   .stop_asked = job.has(kMarkStop),
                   .memory_limit_bytes = record.memory_bytes,
                   .command = end.exec_errno != 0 ? record.command : ""});
}

Result<Status> ProcessEngine::status(const std::string& handle) {
  AVA_CHECK(check_key(handle));
  const JobFolder job = folder(handle);
  AVA_TRY(const JobRecord record, job.load());
  Status status{.progress = read_progress(record.progress_path)};
  // Order matters: a supervisor writes the exit first and lets go of its lock after.
  const bool supervised = is_locked(lock_path(job));
  const auto process = read_process_record(process_path(job));
  const bool alive = process && is_alive(*process);
  const auto end = read_exit_record(exit_path(job));
  if (process) status.started_ms = process->started_ms;
  if (end) {
    status.state = State::kExited;
    status.ended_ms = end->ended_ms;
    status.exit = judge(job, record, *end);
  } else if (const auto known = job.exit()) {
    status.state = State::kExited;
    status.exit = known;
  } else if (process && (alive || supervised)) {
    status.state = State::kRunning;
  } else if (supervised) {
    status.state = State::kStarting;
  } else {
    status.state = State::kLost;
    status.exit = describe_lost(process ? "its supervisor was killed, or the machine was restarted" : "it never ran");
  }
  return status;
}

bool ProcessEngine::ended(const JobFolder& job, const ProcessRecord& process) {
  return read_exit_record(exit_path(job)) || (!is_alive(process) && !is_locked(lock_path(job)));
}

bool ProcessEngine::wait_end(const JobFolder& job, const ProcessRecord& process, milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!ended(job, process)) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(kPollEvery);
  }
  return true;
}

Result<void> ProcessEngine::stop(const std::string& handle, seconds grace) {
  constexpr milliseconds kStartLimit{2000};
  constexpr milliseconds kKillLimit{10'000};
  AVA_CHECK(check_key(handle));
  const JobFolder job = folder(handle);
  AVA_CHECK(job.load());
  auto process = read_process_record(process_path(job));
  for (milliseconds waited{0}; !process && is_locked(lock_path(job)) && waited < kStartLimit; waited += kPollEvery) {
    std::this_thread::sleep_for(kPollEvery);
    process = read_process_record(process_path(job));
  }
  if (!process || ended(job, *process)) return {};
  AVA_CHECK(job.set(kMarkStop));
  int signal = SIGTERM;
  ::kill(-process->pid, signal);
  if (!wait_end(job, *process, grace)) {
    signal = SIGKILL;
    ::kill(-process->pid, signal);
    if (!wait_end(job, *process, kKillLimit))
      return Error(ErrorCode::kUnavailable, "engine.stop_failed",
                   "process " + std::to_string(process->pid) + " does not end, not even by SIGKILL");
  }
  if (read_exit_record(exit_path(job))) return {};
  return job.set_exit(describe({.code = kExitSignalled + signal, .stop_asked = true}));  // its supervisor was gone
}

Result<void> ProcessEngine::remove(const std::string& handle) {
  AVA_CHECK(check_key(handle));
  const JobFolder job = folder(handle);
  const auto record = job.load();
  if (record.ok()) AVA_CHECK(stop(handle, seconds(0)));
  return job.remove();
}

Result<LogChunk> ProcessEngine::log(const std::string& handle, std::uint64_t offset, std::uint64_t max_bytes) {
  AVA_TRY(const Status now, status(handle));
  AVA_TRY(const JobRecord record, folder(handle).load());
  return read_log(record.log_path, offset, max_bytes, now.exit.has_value());
}

Result<Info> ProcessEngine::probe() {
  utsname system{};
  ::uname(&system);
  Info info{.name = "process", .version = system.release, .detail = "processes of " + std::string(system.nodename)};
  info.available = true;
  info.cpu_cores = std::thread::hardware_concurrency();
  info.memory_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGE_SIZE);
  return info;
}

}  // namespace

Result<std::unique_ptr<Engine>> make_process_engine(const Options& options) {
  return std::unique_ptr<Engine>(std::make_unique<ProcessEngine>(options.state_dir));
}

}  // namespace ava::engine
