// Who may start now: first come, first served per engine, within its limits, and a reason for everybody who waits.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "job/job.hpp"

namespace ava::job {

/// What one engine may hold at once. 0 = no limit for cpu_cores and memory_bytes.
struct EngineLimits {
  int max_running = 4;
  double cpu_cores = 0;
  std::uint64_t memory_bytes = 0;
};

/// The decision over a queue.
struct Admission {
  std::vector<Job> start;
  /// Jobs that ask for more than there will ever be: `job.does_not_fit`.
  std::vector<std::pair<Job, Reason>> refuse;
  /// Jobs whose reason to wait has changed: `wait.retry`, `wait.slots`, `wait.cpu`, `wait.memory`, `wait.turn`,
  /// `wait.no_engine`.
  std::vector<std::pair<Job, Reason>> waiting;
};

/// `queued` oldest first. The first job of an engine that does not fit holds back those behind it, so that a large
/// job is not passed for ever by small ones; a job that waits for its retry holds back nobody.
Admission admit(const std::vector<Job>& queued, const std::vector<Job>& running,
                const std::map<std::string, EngineLimits>& limits, TimeMs now);

}  // namespace ava::job
