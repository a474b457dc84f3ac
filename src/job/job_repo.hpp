// SQL of jobs, and nothing else. Changes of a running job name its lease: 0 rows touched means it was taken over.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/db.hpp"
#include "job/job.hpp"
#include "job/job_service.hpp"

namespace ava::job {

/// Who holds a running job, until when; the token changes with every change of hands.
struct Lease {
  std::string owner, token;
  TimeMs expires_ms = 0;
};
struct LeasedJob {
  Job job;
  Lease lease;
};

/// How a job ended, as it is kept.
struct Ending {
  JobState state = JobState::kFailed;
  std::optional<Reason> reason;
  std::optional<engine::Exit> exit;
  std::string progress, log_tail;
};

namespace job_repo {

Result<void> add(db::Tx& tx, const Job& job);
Result<std::optional<Job>> find(db::Tx& tx, const JobId& id);
Result<std::vector<Job>> list(db::Tx& tx, const JobFilter& filter);
Result<int> request_cancel(db::Tx& tx, const JobId& id, TimeMs now);

/// Oldest first.
Result<std::vector<Job>> queued(db::Tx& tx, int limit);
Result<std::vector<LeasedJob>> running(db::Tx& tx);
/// Jobs that are over and still hold something on their engine.
Result<std::vector<Job>> unreleased(db::Tx& tx);

/// queued -> running, one attempt more.
Result<int> claim(db::Tx& tx, const JobId& id, const Lease& lease, TimeMs now);
/// Take over a running job whose lease is as `seen`.
Result<int> adopt(db::Tx& tx, const JobId& id, const Lease& seen, const Lease& mine, TimeMs now);
Result<int> renew_leases(db::Tx& tx, std::string_view owner, TimeMs expires_ms);
Result<int> set_handle(db::Tx& tx, const JobId& id, std::string_view token, std::string_view handle, TimeMs now);
Result<int> set_progress(db::Tx& tx, const JobId& id, std::string_view token, std::string_view progress, TimeMs now);
/// running -> queued, to be tried again from `not_before_ms`; `attempts` is what counts as used.
Result<int> requeue(db::Tx& tx, const JobId& id, std::string_view token, const Reason& why, int attempts,
                    TimeMs not_before_ms, TimeMs now);
/// running -> over.
Result<int> end_running(db::Tx& tx, const JobId& id, std::string_view token, const Ending& ending, TimeMs now);
/// queued -> over, when it never ran or waits for a retry.
Result<int> end_queued(db::Tx& tx, const JobId& id, const Ending& ending, TimeMs now);
Result<int> set_waiting(db::Tx& tx, const JobId& id, const Reason& why);
Result<int> clear_handle(db::Tx& tx, const JobId& id);

}  // namespace job_repo
}  // namespace ava::job
