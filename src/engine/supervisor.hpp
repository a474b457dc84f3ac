// The process that stands between the server and a job: it starts the job, waits for it and writes down how it ended,
// whether the server lives or not. It is forked, never executed, so after fork it makes system calls only.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ava::engine {

/// All a supervisor needs, made ready before fork. The descriptors stay the caller's.
struct Launch {
  std::string program;  ///< path given to execve
  std::vector<std::string> arguments, environment;
  std::string working_dir;              ///< empty: "/"
  std::string process_path, exit_path;  ///< files it writes, whole or not at all
  int lock_fd = -1;                     ///< carries the job's lock; the supervisor keeps it for as long as it lives
  int log_fd = -1;                      ///< stdout and stderr of the job, opened to append
  std::uint64_t memory_bytes = 0;
};

/// Start a supervisor and its job; returns when the job's process is on record or could not be made. The job is
/// executed only after its process file is on disk, so a crash at any moment leaves either no job or a known one.
/// Errors: `engine.start_failed`.
Result<void> launch_supervised(const Launch& launch);

/// The process of a job. Two processes with the same pid differ in start_ticks.
struct ProcessRecord {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;
  TimeMs started_ms = 0;
};
struct ExitRecord {
  int code = 0;        ///< 128 + signal when a signal ended it
  int exec_errno = 0;  ///< the command could not be executed
  TimeMs ended_ms = 0;
};
std::optional<ProcessRecord> read_process_record(const std::string& path);
std::optional<ExitRecord> read_exit_record(const std::string& path);
/// True while this very process exists and is no zombie.
bool is_alive(const ProcessRecord& process);

}  // namespace ava::engine
