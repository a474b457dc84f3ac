// What a driver remembers about one job, in a folder of its own: the record made before the start, and marks made
// later (stop asked, how it ended, log complete). It survives this program and is read again by the next.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "engine/engine.hpp"
#include "engine/exit_words.hpp"

namespace ava::engine {

/// The part of a Spec that is needed after the start.
struct JobRecord {
  std::string key, log_path, progress_path, command;
  std::uint64_t memory_bytes = 0;
};

/// Names of marks. A mark is a small file, written whole or not at all.
inline constexpr std::string_view kMarkStop = "stop";                 ///< stop() was called while it ran
inline constexpr std::string_view kMarkEnded = "ended.json";          ///< Exit, once it has been judged
inline constexpr std::string_view kMarkOutOfMemory = "oom";           ///< a process was killed for lack of memory
inline constexpr std::string_view kMarkLogComplete = "log.complete";  ///< the whole log is in the log file

/// Thread: any, several programs too; each mark is written atomically.
class JobFolder {
 public:
  JobFolder(const std::string& state_dir, const std::string& handle) : path_(state_dir + "/" + handle) {}
  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

  /// Make the folder and keep the record of `spec`.
  Result<JobRecord> save(const Spec& spec) const;
  /// Errors: `engine.job_not_found` when nothing was ever started under this handle.
  Result<JobRecord> load() const;
  bool has(std::string_view mark) const;
  Result<void> set(std::string_view mark, std::string_view text = {}) const;
  Result<void> set_exit(const Exit& exit) const;
  std::optional<Exit> exit() const;
  Result<void> remove() const;

 private:
  std::string path_;
};

/// Held while a job is started or removed, so that two calls for one key, in two programs too, come one after the
/// other. Thread: waits for its turn. Lifetime: released by its end, whatever ends the program.
class JobLock {
 public:
  /// Errors: `file.*`.
  static Result<JobLock> take(const std::string& state_dir, const std::string& handle);
  JobLock(JobLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  JobLock& operator=(JobLock&&) = delete;
  ~JobLock();

 private:
  explicit JobLock(int fd) : fd_(fd) {}
  int fd_;
};

/// A key names files and containers: [A-Za-z0-9][A-Za-z0-9_.-]*, 100 at most. Errors: `engine.bad_spec`.
Result<void> check_key(std::string_view key);
/// What every driver refuses: bad key, no UTF-8, NUL or '=' in a name, relative paths, negative limits.
/// Errors: `engine.bad_spec` with the pointer of the field, `engine.mount_not_found`.
Result<void> check_spec(const Spec& spec);
/// At most 64 KiB of a job's progress file; empty when there is none.
std::string read_progress(const std::string& path);

}  // namespace ava::engine
