// A job's log on disk: one file that only grows, so that a byte offset means the same for ever. What is older than the
// last kLogKeepBytes is given back to the disk as a hole; the file's length, and with it every offset, stays.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/engine.hpp"

namespace ava::engine {

inline constexpr std::uint64_t kLogKeepBytes = 64ull << 20;

/// Give back what lies before the last `keep_bytes`, when there is enough of it to be worth a call. A file system
/// that knows no holes keeps all. Thread: async-signal-safe, so a supervisor may call it after fork.
void trim_log(int fd, std::uint64_t keep_bytes = kLogKeepBytes) noexcept;

/// Read as Engine::log promises. A chunk does not end inside a UTF-8 character unless that is all there is. Where the
/// bytes at `offset` were trimmed, the chunk starts at the first that are left. `complete`: nothing more is coming.
/// An absent file is an empty log. Errors: `file.denied`, `file.io`.
Result<LogChunk> read_log(const std::string& path, std::uint64_t offset, std::uint64_t max_bytes, bool complete);

/// Appends to a log as its only writer. Thread: not thread-safe. Errors of open(): `engine.log_busy` while another
/// writer, perhaps in another program, has it; `file.*`.
class LogWriter {
 public:
  static Result<LogWriter> open(const std::string& path);
  LogWriter(LogWriter&& other) noexcept;
  LogWriter& operator=(LogWriter&&) = delete;
  ~LogWriter();

  std::uint64_t size() const { return size_; }
  /// Errors: `file.no_space`, `file.io`; what was written before the error is counted by size().
  Result<void> append(std::string_view bytes);

 private:
  LogWriter(int fd, std::string path, std::uint64_t size) : fd_(fd), path_(std::move(path)), size_(size) {}
  int fd_;
  std::string path_;
  std::uint64_t size_;
};

}  // namespace ava::engine
