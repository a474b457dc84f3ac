// Where jobs run: one interface over containers and plain processes. A caller starts a Spec under a key, asks for
// its Status and its log, stops and removes it. What is started outlives this program and is found again by its key.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ava::engine {

/// A file or folder of this machine shown inside the job. A driver without mounts (process) refuses a Mount whose
/// source and target differ.
struct Mount {
  std::string source, target;
  bool read_only = true;
};

/// What to run. Every limit of 0 means "no limit".
/// Units: cpu_cores in cores (0.5 = half of one), memory_bytes in bytes (swap is never added).
struct Spec {
  std::string key;   ///< idempotency: the job id; [A-Za-z0-9_.-], at most 100 characters
  std::string name;  ///< for people; any UTF-8
  std::string image;
  std::vector<std::string> command;
  std::map<std::string, std::string> env;
  std::vector<Mount> mounts;
  std::string working_dir;
  double cpu_cores = 0;
  std::uint64_t memory_bytes = 0;
  int pids_limit = 0;
  bool network = false;  ///< false: no network at all (container); a process always has the machine's
  std::map<std::string, std::string> labels;
  std::string log_path;       ///< where the log is kept; empty: the driver's state folder
  std::string progress_path;  ///< a small file the job rewrites; its content comes back in Status::progress
};

/// kLost: it was started once, and now there is no trace of how it ended.
enum class State { kStarting, kRunning, kExited, kLost };

/// How a job ended. `slug` finds the sentence in the catalogues, `words` says it in English with the values.
/// Slugs: `exit.ok`, `exit.failed`, `exit.out_of_memory`, `exit.killed`, `exit.crashed`, `exit.stopped`,
/// `exit.command_not_found`, `exit.not_executable`, `exit.lost`.
struct Exit {
  int code = 0;  ///< as a shell says it: 128 + signal when a signal ended it
  std::optional<int> signal;
  bool out_of_memory = false;
  std::string slug;
  std::string words;
};

/// Units: times in ms UTC, 0 = not yet. `exit` is set exactly when state is kExited or kLost.
struct Status {
  State state = State::kStarting;
  std::optional<Exit> exit;
  TimeMs started_ms = 0, ended_ms = 0;
  std::string progress;  ///< at most 64 KiB of Spec::progress_path
};

/// Bytes [offset, next_offset) of the log. `end`: the job has ended and nothing comes after next_offset.
struct LogChunk {
  std::string text;
  std::uint64_t offset = 0, next_offset = 0;
  bool end = false;
};

/// What an engine is and offers. `detail` says where it listens or why it is not available; `warning` says what it
/// ignores of a Spec, such as limits, and is empty where it keeps everything.
struct Info {
  std::string name, version, detail, warning;
  bool available = false;
  double cpu_cores = 0;
  std::uint64_t memory_bytes = 0;
};

struct ImageInfo {
  std::string name, id;
  std::uint64_t size_bytes = 0;
  TimeMs created_ms = 0;
};

/// A place where jobs run. Every call returns within seconds; none waits for a job, except stop() up to its grace.
/// Thread: any method from any thread, several at once.
/// Lifetime: jobs outlive the Engine object and the program; a new Engine with the same options finds them again.
/// Errors of every method: `engine.unavailable` (retryable) when the engine does not answer,
/// `engine.job_not_found` for a handle that names nothing.
class Engine {
 public:
  virtual ~Engine() = default;

  /// Start the job once per Spec::key: a second call with the key, also from another Engine object and after a crash
  /// between start and record, returns the same handle and starts nothing. A job that was made but never ran is run.
  /// Errors: `engine.bad_spec`, `engine.image_not_found` (hint: names that are near), `engine.start_failed`,
  /// `engine.mount_not_found`.
  virtual Result<std::string> start(const Spec& spec) = 0;
  virtual Result<Status> status(const std::string& handle) = 0;
  /// SIGTERM, up to `grace`, then SIGKILL to everything in the job. A job that has ended is left as it is: fine.
  virtual Result<void> stop(const std::string& handle, std::chrono::seconds grace) = 0;
  /// Forget the job and free what it holds; running jobs are killed. Its log file stays when Spec::log_path named one.
  /// An unknown handle is fine.
  virtual Result<void> remove(const std::string& handle) = 0;
  /// Read bytes [offset, offset + max_bytes) of stdout and stderr: the same before and after the job's end and a
  /// restart of this program. Docker reads two pipes: a job that cares for the order of the two joins them.
  virtual Result<LogChunk> log(const std::string& handle, std::uint64_t offset, std::uint64_t max_bytes) = 0;
  /// Never an error for an absent engine: Info::available is false and Info::detail says why.
  virtual Result<Info> probe() = 0;
  /// Empty for a driver without images.
  virtual Result<std::vector<ImageInfo>> images() = 0;
};

}  // namespace ava::engine
