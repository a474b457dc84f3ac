// What a noun tells the reconciler of its jobs: how to start one, who wants to know, what an exit means.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"
#include "job/job.hpp"

namespace ava::job {

/// What an exit means for the job.
struct Outcome {
  enum class Verdict : std::uint8_t { kSucceeded, kFailed, kRetry };
  Verdict verdict = Verdict::kSucceeded;
  Reason reason;

  static Outcome succeeded() { return {}; }
  static Outcome failed(Reason reason) { return {Verdict::kFailed, std::move(reason)}; }
  /// Try again after a pause; on the last attempt it counts as failed.
  static Outcome retry(Reason reason) { return {Verdict::kRetry, std::move(reason)}; }
};

/// A kind of job, registered at start-up. The functions run on the reconciler's threads, never inside a transaction,
/// one at a time per job, and again after a crash: they must be idempotent. Keep them short of a minute.
struct Kind {
  std::string name;
  std::string engine = "process";
  int max_attempts = 3;
  std::chrono::seconds stop_grace{10};
  /// Make what the engine runs. `key` is set by the reconciler. An error ends the job with that error, or is tried
  /// again when it is_retryable().
  std::function<Result<engine::Spec>(const Job&)> make_spec;
  /// State or progress changed: publish it, copy it into the noun. May be empty.
  std::function<void(const Job&, const engine::Status&)> on_change;
  /// Called before a job is over, whatever way it ends, so that the noun hears of every end:
  /// - it exited: decide from status.exit;
  /// - `job.cancel_requested`: the job becomes cancelled whatever is returned;
  /// - the engine lost it (state kLost, slug `job.lost`) or it never started (slug of the failure): the job becomes
  ///   failed unless the outcome is succeeded() - the work may be complete all the same.
  /// Not called for a failure that will be tried again by itself (lost or not started, attempts left).
  /// An error means "could not tell now": asked again later, and after 10 times the job fails with it.
  std::function<Result<Outcome>(const Job&, const engine::Status&)> on_end;
};

/// Thread: filled at start-up, then read only.
class KindRegistry {
 public:
  void add(Kind kind);
  const Kind* find(std::string_view name) const;

 private:
  std::map<std::string, Kind, std::less<>> kinds_;
};

}  // namespace ava::job
