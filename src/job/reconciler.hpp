// The loop that makes engines do what the jobs table says: claims, follows, renews leases, adopts after a crash.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "base/thread_pool.hpp"
#include "job/admission.hpp"
#include "job/attempt.hpp"
#include "job/job_service.hpp"

namespace ava::job {

struct ReconcilerOptions {
  /// Names this server for good (host and data folder): after a restart its own jobs are adopted at once, those of
  /// another server only when its lease is over. Two running servers must not share a name.
  std::string owner = "ava";
  std::map<std::string, EngineLimits> limits;  ///< one entry per engine
  std::chrono::milliseconds lease{30'000};
  std::chrono::milliseconds scan{1000};  ///< how often the tables are read when nobody rings
  Pace pace;
  std::size_t threads = 8;
};

/// One thread decides; a small pool does the steps that take time (start, stop, judge), one at a time per job.
/// Jobs outlive it: stop() leaves them running, and the next Reconciler of that owner goes on with them.
/// Thread: start() and stop() by one thread. Lifetime: what it is given outlives it.
class Reconciler {
 public:
  Reconciler(db::Database& database, const Clock& clock, JobService& jobs, const KindRegistry& kinds,
             std::map<std::string, engine::Engine*> engines, ReconcilerOptions options);
  ~Reconciler();
  void start();
  void stop();

 private:
  using Steady = std::chrono::steady_clock;
  /// An attempt with its turn: busy while a thread of the pool has it.
  struct Slot {
    std::shared_ptr<Attempt> attempt;
    Steady::time_point due;
    bool busy = false;
  };

  void loop(const std::stop_token& stop);
  Result<void> scan();
  Result<void> renew_leases();
  Result<void> watch_running();
  Result<void> adopt(const LeasedJob& found);
  Result<void> admit_queued();
  Result<void> claim(Job job);
  void end_later(const Job& job, JobState state, const Reason& reason);
  Result<void> release_ended();
  void put(std::shared_ptr<Attempt> attempt);
  void drop_over();
  void dispatch();
  void run_step(const std::string& id, const std::shared_ptr<Attempt>& attempt);
  std::chrono::milliseconds time_to_next();
  Lease new_lease() const;

  JobService& jobs_;
  const ReconcilerOptions options_;
  Surroundings world_;
  std::mutex mutex_;
  std::map<std::string, Slot> slots_;  ///< by job id
  std::set<std::string> ending_;       ///< queued jobs whose end is under way
  Steady::time_point renew_due_{}, release_due_{};
  std::unique_ptr<ThreadPool> pool_;
  std::jthread thread_;
};

}  // namespace ava::job
