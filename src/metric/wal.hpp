// The write-ahead log of curves: batches of all runs in one file, made durable together (group commit).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.hpp"
#include "metric/point.hpp"

namespace ava::metric {

/// One log file, `frame := u32 length, u32 checksum, payload`. A torn frame at the end (power cut) ends the replay.
/// Thread: write() and wait() from any thread; one sync serves all writers that came before it.
class Wal {
 public:
  static Result<std::unique_ptr<Wal>> create(const std::filesystem::path& path);
  ~Wal();
  Wal(const Wal&) = delete;
  Wal& operator=(const Wal&) = delete;

  /// Append the frame of a batch; returns the position to wait for. Errors: `file.no_space`, `file.io`.
  Result<std::uint64_t> write(const Batch& batch);
  /// Return when everything up to `position` is on the disk.
  Result<void> wait(std::uint64_t position);
  std::uint64_t bytes() const;
  const std::filesystem::path& path() const { return path_; }

  /// Hand every whole batch of a log file to `take`, in order.
  static Result<void> replay(const std::filesystem::path& path, const std::function<void(Batch)>& take);

 private:
  Wal(std::filesystem::path path, int fd);
  void sync_loop(const std::stop_token& stop);

  const std::filesystem::path path_;
  const int fd_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::condition_variable synced_cv_;
  std::uint64_t written_ = 0;
  std::uint64_t synced_ = 0;
  int failed_errno_ = 0;
  std::jthread syncer_;
};

}  // namespace ava::metric
