// Curves of all runs: append (durable before it is acknowledged), read thinned to a screen, summaries, removal.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "metric/point.hpp"
#include "metric/segment.hpp"
#include "metric/wal.hpp"

namespace ava::metric {

/// The metric store: `<dir>/wal/<n>.wal` and, once a log is full, `<dir>/runs/<run>/<n>.seg`. A point is never dropped
/// or averaged away at rest; only answers are thinned. Memory holds what the current log holds (a few MiB).
/// Thread: any.
class Store {
 public:
  struct Options {
    std::uint64_t wal_bytes = 4u << 20;  ///< a log of this size is sealed into segments
    std::size_t max_series_per_run = 2000;
    std::size_t max_points_per_batch = 20'000;
  };
  /// Open or create; replays the logs a crash left. Errors: `file.*`, `metric.corrupt`.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& dir, Options options);
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& dir) { return open(dir, Options{}); }

  /// Store a batch; on return it survives a power cut. A repeat of (client_id, seq) or an older seq is acknowledged
  /// only. Errors: `metric.bad_run`, `metric.batch_too_large`, `file.no_space`, `file.io`.
  Result<Appended> append(Batch batch);
  Result<std::vector<Series>> read(const std::string& run_id, const Query& query);
  Result<std::vector<Summary>> summary(const std::string& run_id);
  Result<void> remove(const std::string& run_id);
  /// Seal the current log now (used at a graceful stop).
  Result<void> seal();

 private:
  struct Run {
    std::vector<SegmentIndex> segments;
    RunPoints tail;  ///< in the current log
    bool loaded = false;
  };
  Store(std::filesystem::path dir, Options options) : dir_(std::move(dir)), options_(options) {}
  Result<void> recover();
  Result<void> start_log();
  Result<void> seal_locked();
  Result<Run*> load(const std::string& run_id);
  void keep(Run& run, Batch& batch, Appended& appended) const;
  Result<Series> read_series(const Run& run, const std::string& name, const Query& query) const;
  std::filesystem::path run_dir(const std::string& run_id) const { return dir_ / "runs" / run_id; }

  const std::filesystem::path dir_;
  const Options options_;
  std::mutex mutex_;
  std::map<std::string, Run> runs_;
  std::shared_ptr<Wal> wal_;
  std::uint64_t number_ = 0;  ///< of the current log
};

}  // namespace ava::metric
