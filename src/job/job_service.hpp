// Submitting, finding and cancelling jobs. The reconciler does the rest.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "db/db.hpp"
#include "db/page.hpp"
#include "job/job.hpp"
#include "job/kind.hpp"
#include "user/user.hpp"

namespace ava::job {

/// A job to be. cpu_cores and memory_bytes are what it will hold on the machine (0: little).
struct NewJob {
  std::string kind;
  std::string owner_id;
  Subject subject;
  std::string payload = "{}";
  double cpu_cores = 0;
  std::uint64_t memory_bytes = 0;
};

struct JobFilter {
  std::optional<JobState> state;
  std::string kind;        ///< "" = every kind
  std::string subject_id;  ///< "" = every subject
  db::PageRequest page;
};

/// Wakes the reconciler before its next round. Thread: any.
class Bell {
 public:
  /// The tables have changed: read them.
  void ring();
  /// Only the time to wait has changed.
  void nudge();
  /// Until either comes or the time is over; true when it was rung.
  bool wait(std::chrono::milliseconds longest);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false, nudged_ = false;
};

/// Thread: any. Lifetime: database, clock and kinds outlive it.
class JobService {
 public:
  JobService(db::Database& database, const Clock& clock, const KindRegistry& kinds)
      : db_(database), clock_(clock), kinds_(kinds) {}

  /// Queue a job in the caller's transaction, so that noun and job exist both or neither; wake() after the commit.
  /// Errors: `job.unknown_kind`.
  Result<Job> submit(db::Tx& tx, const NewJob& job);
  /// In a transaction of its own, and awake.
  Result<Job> submit(const NewJob& job);
  void wake() { bell_.ring(); }

  /// Errors: `job.not_found`, `id.bad`.
  Result<Job> find(const JobId& id);
  Result<Job> find(std::string_view id);
  /// Newest first.
  Result<db::Page<Job>> list(const JobFilter& filter);
  /// Ask a job to end; it becomes cancelled soon after. One that is over stays as it is: fine.
  /// Errors: `job.not_found`; with an actor `job.not_yours` unless owner or admin.
  Result<Job> cancel(const user::Actor& actor, const JobId& id);
  Result<Job> cancel(const JobId& id);
  Result<Job> cancel(std::string_view id);

  Bell& bell() { return bell_; }

 private:
  db::Database& db_;
  const Clock& clock_;
  const KindRegistry& kinds_;
  Bell bell_;
};

}  // namespace ava::job
