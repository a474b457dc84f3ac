#include "engine/supervisor.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "base/file.hpp"
#include "engine/exit_words.hpp"
#include "engine/log_file.hpp"

namespace ava::engine {
namespace {

constexpr int kLockFd = 3;
constexpr int kReadyFd = 4;
constexpr std::size_t kLine = 96;

// Everything down to run_supervisor() runs between fork and exec in a copy of a program with many threads: system
// calls and stack memory only, no allocation, no lock.

/// A launch as plain pointers into memory made before fork.
struct Plan {
  const char *program, *working_dir, *process_path, *process_temp, *exit_path, *exit_temp;
  char *const *arguments, *const *environment;
  rlim_t memory;
};

TimeMs now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<TimeMs>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

std::size_t put_number(char* out, std::uint64_t value, char after) {
  std::array<char, 20> digits{};
  std::size_t count = 0;
  do digits[count++] = static_cast<char>('0' + value % 10);
  while ((value /= 10) > 0);
  for (std::size_t i = 0; i < count; ++i) out[i] = digits[count - 1 - i];
  out[count] = after;
  return count + 1;
}

struct ProcStat {
  char state = '?';
  std::uint64_t start_ticks = 0;
};

/// State and start time (fields 3 and 22) of a process; false when it does not exist.
bool read_proc_stat(pid_t pid, ProcStat& out) {
  std::array<char, 32> path{};
  std::memcpy(path.data(), "/proc/", 6);
  const std::size_t end = 6 + put_number(path.data() + 6, static_cast<std::uint64_t>(pid), '/');
  std::memcpy(path.data() + end, "stat", 5);
  const int fd = ::open(path.data(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  std::array<char, 1024> text{};
  const ssize_t got = ::read(fd, text.data(), text.size() - 1);
  ::close(fd);
  if (got <= 0) return false;
  const char* at = static_cast<const char*>(::memrchr(text.data(), ')', static_cast<std::size_t>(got)));
  if (at == nullptr || at[1] == '\0') return false;
  out.state = at[2];
  at += 2;
  for (int field = 3; field < 22; ++field) {
    at = std::strchr(at, ' ');
    if (at == nullptr) return false;
    ++at;
  }
  for (out.start_ticks = 0; *at >= '0' && *at <= '9'; ++at) out.start_ticks = out.start_ticks * 10 + (*at - '0');
  return true;
}

/// Temp name, fsync, rename.
bool write_whole(const char* temp, const char* path, const char* text, std::size_t size) {
  const int fd = ::open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool written = ::write(fd, text, size) == static_cast<ssize_t>(size) && ::fsync(fd) == 0;
  ::close(fd);
  return written && ::rename(temp, path) == 0;
}

bool record_process(const Plan& plan, pid_t job) {
  ProcStat stat;
  if (!read_proc_stat(job, stat)) return false;
  std::array<char, kLine> line{};
  std::size_t size = put_number(line.data(), static_cast<std::uint64_t>(job), ' ');
  size += put_number(line.data() + size, stat.start_ticks, ' ');
  size += put_number(line.data() + size, static_cast<std::uint64_t>(now_ms()), '\n');
  return write_whole(plan.process_temp, plan.process_path, line.data(), size);
}

/// Tried for a while: a disk that is full now may not be in a minute, and this line is all that tells the end.
void record_exit(const Plan& plan, int code, int exec_errno) {
  constexpr int kTries = 120;
  std::array<char, kLine> line{};
  std::size_t size = put_number(line.data(), static_cast<std::uint64_t>(code), ' ');
  size += put_number(line.data() + size, static_cast<std::uint64_t>(exec_errno), ' ');
  size += put_number(line.data() + size, static_cast<std::uint64_t>(now_ms()), '\n');
  for (int i = 0; i < kTries && !write_whole(plan.exit_temp, plan.exit_path, line.data(), size); ++i) {
    if (errno == ENOENT) return;  // the job was removed
    ::sleep(1);
  }
}

void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) {
    if (signal != SIGKILL && signal != SIGSTOP) ::signal(signal, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// In the job's own process: wait for the word to go, then become the command.
[[noreturn]] void become_job(const Plan& plan, int go, int failed) {
  reset_signals();
  ::setpgid(0, 0);
  if (plan.memory > 0) {
    const rlimit limit{plan.memory, plan.memory};
    ::setrlimit(RLIMIT_DATA, &limit);
  }
  char word = 0;
  if (::read(go, &word, 1) != 1) ::_exit(kExitNoCommand);  // the supervisor died before the record was made
  int problem = 0;
  if (::chdir(plan.working_dir) != 0) problem = errno;
  if (problem == 0) {
    ::execve(plan.program, plan.arguments, plan.environment);
    problem = errno;
  }
  [[maybe_unused]] const ssize_t told = ::write(failed, &problem, sizeof problem);
  ::_exit(problem == ENOENT ? kExitNoCommand : kExitNotRunnable);
}

/// Wait for the job's end, trimming its log meanwhile. Then end whatever it left running in its group.
int wait_for_end(pid_t job, const sigset_t& child) {
  const timespec every{2, 0};
  siginfo_t info{};
  for (;;) {
    info.si_pid = 0;
    if (::waitid(P_PID, static_cast<id_t>(job), &info, WEXITED | WNOWAIT | WNOHANG) == 0 && info.si_pid == job) break;
    ::sigtimedwait(&child, nullptr, &every);
    trim_log(STDOUT_FILENO);
  }
  ::kill(-job, SIGKILL);  // its zombie still holds the number, so this is no other group
  int status = 0;
  while (::waitpid(job, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? kExitSignalled + WTERMSIG(status) : WEXITSTATUS(status);
}

void tell_ready(char word) {
  [[maybe_unused]] const ssize_t told = ::write(kReadyFd, &word, 1);
  ::close(kReadyFd);
}

/// Keep stdin, stdout, stderr, lock and ready pipe at known numbers; close what else the server had open.
void arrange_descriptors(int lock_fd, int log_fd, int ready_fd) {
  constexpr int kAbove = 16;
  const int lock = ::fcntl(lock_fd, F_DUPFD_CLOEXEC, kAbove);
  const int log = ::fcntl(log_fd, F_DUPFD_CLOEXEC, kAbove);
  const int ready = ::fcntl(ready_fd, F_DUPFD_CLOEXEC, kAbove);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(null, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::dup3(lock, kLockFd, O_CLOEXEC);
  ::dup3(ready, kReadyFd, O_CLOEXEC);
  ::syscall(SYS_close_range, kReadyFd + 1, ~0U, 0);
}

[[noreturn]] void run_supervisor(const Plan& plan) {
  reset_signals();
  for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGPIPE}) ::signal(signal, SIG_IGN);
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child, nullptr);
  ::prctl(PR_SET_NAME, "ava-supervisor");
  [[maybe_unused]] const int moved = ::chdir("/");
  int go[2] = {-1, -1};
  int failed[2] = {-1, -1};
  pid_t job = -1;
  if (::pipe2(go, O_CLOEXEC) == 0 && ::pipe2(failed, O_CLOEXEC) == 0) job = ::fork();
  if (job == 0) {
    ::close(go[1]);
    become_job(plan, go[0], failed[1]);
  }
  ::close(go[0]);
  ::close(failed[1]);
  if (job > 0) ::setpgid(job, job);  // here too: whichever of the two comes first
  if (job < 0 || !record_process(plan, job)) {
    if (job > 0) ::kill(job, SIGKILL);
    tell_ready('n');
    ::_exit(1);
  }
  [[maybe_unused]] const ssize_t went = ::write(go[1], "g", 1);
  ::close(go[1]);
  tell_ready('y');
  int exec_errno = 0;
  if (::read(failed[0], &exec_errno, sizeof exec_errno) != sizeof exec_errno) exec_errno = 0;
  record_exit(plan, wait_for_end(job, child), exec_errno);
  ::_exit(0);
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));  // NOLINT: execve's signature
  out.push_back(nullptr);
  return out;
}

std::optional<std::array<std::uint64_t, 3>> read_three(const std::string& path) {
  const auto text = file::read(path, kLine);
  std::array<std::uint64_t, 3> values{};
  if (!text.ok() || std::sscanf(text->c_str(), "%lu %lu %lu", &values[0], &values[1], &values[2]) != 3)
    return std::nullopt;
  return values;
}

}  // namespace

Result<void> launch_supervised(const Launch& launch) {
  const std::string process_temp = launch.process_path + ".new";
  const std::string exit_temp = launch.exit_path + ".new";
  const std::vector<char*> arguments = pointers(launch.arguments);
  const std::vector<char*> environment = pointers(launch.environment);
  const Plan plan{.program = launch.program.c_str(),
                  .working_dir = launch.working_dir.empty() ? "/" : launch.working_dir.c_str(),
                  .process_path = launch.process_path.c_str(),
                  .process_temp = process_temp.c_str(),
                  .exit_path = launch.exit_path.c_str(),
                  .exit_temp = exit_temp.c_str(),
                  .arguments = arguments.data(),
                  .environment = environment.data(),
                  .memory = launch.memory_bytes};
  int ready[2];
  if (::pipe2(ready, O_CLOEXEC) != 0) return file::error_of(errno, "pipe", launch.process_path);
  const pid_t middle = ::fork();
  if (middle == 0) {
    ::setsid();
    if (const pid_t supervisor = ::fork(); supervisor != 0) ::_exit(supervisor < 0 ? 1 : 0);
    arrange_descriptors(launch.lock_fd, launch.log_fd, ready[1]);
    run_supervisor(plan);
  }
  const int fork_errno = errno;
  ::close(ready[1]);
  char word = 0;
  if (middle > 0) {
    while (::waitpid(middle, nullptr, 0) < 0 && errno == EINTR) {
    }
    while (::read(ready[0], &word, 1) < 0 && errno == EINTR) {
    }
  }
  ::close(ready[0]);
  if (word == 'y') return {};
  const std::string why = middle < 0 ? std::strerror(fork_errno) : "no process, or no room for its record";
  return Error(ErrorCode::kUnavailable, "engine.start_failed", "could not start a process: " + why);
}

std::optional<ProcessRecord> read_process_record(const std::string& path) {
  const auto values = read_three(path);
  if (!values) return std::nullopt;
  return ProcessRecord{static_cast<pid_t>((*values)[0]), (*values)[1], static_cast<TimeMs>((*values)[2])};
}

std::optional<ExitRecord> read_exit_record(const std::string& path) {
  const auto values = read_three(path);
  if (!values) return std::nullopt;
  return ExitRecord{static_cast<int>((*values)[0]), static_cast<int>((*values)[1]), static_cast<TimeMs>((*values)[2])};
}

bool is_alive(const ProcessRecord& process) {
  ProcStat stat;
  return process.pid > 0 && read_proc_stat(process.pid, stat) && stat.start_ticks == process.start_ticks &&
         stat.state != 'Z' && stat.state != 'X';
}

}  // namespace ava::engine
