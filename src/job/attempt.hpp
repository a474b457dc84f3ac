// One running job in the reconciler's hands: start it on its engine, follow it, and bring it to its end.
// Every step may be the last one before a kill -9, and the next server goes on from what the database says.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "db/db.hpp"
#include "engine/engine.hpp"
#include "job/job.hpp"
#include "job/job_repo.hpp"
#include "job/kind.hpp"

namespace ava::job {

/// Pauses of the reconciler.
struct Pace {
  std::chrono::milliseconds poll_fast{100};       ///< after a start or a change
  std::chrono::milliseconds poll_slow{1000};      ///< when nothing happens
  std::chrono::milliseconds save_progress{1000};  ///< progress is written to the database at most this often
  std::chrono::milliseconds retry_first{2000};    ///< doubles with every attempt, with jitter
  std::chrono::milliseconds retry_longest{300'000};
  std::chrono::milliseconds engine_away{5000};  ///< before an engine that does not answer is asked again
};

/// What every attempt needs. Lifetime: outlives the attempts.
struct Surroundings {
  db::Database& database;
  const Clock& clock;
  const KindRegistry& kinds;
  std::map<std::string, engine::Engine*> engines;
  Pace pace;
};

/// Thread: step() by one thread at a time; request_cancel() and the flags by any.
class Attempt {
 public:
  /// `adopted`: found running in the database, so it may have been started already.
  Attempt(const Surroundings& world, Job job, std::string token, bool adopted);

  /// Do what is next and return how long to wait before the next step. When it returns, over() may have become true.
  std::chrono::milliseconds step();
  /// The job is over, given back to the queue, or in somebody else's hands.
  bool over() const { return over_; }
  void request_cancel() { cancel_ = true; }
  const Job& job() const { return job_; }  ///< not while step() runs, but for id, engine and resources
  const std::string& token() const { return token_; }

 private:
  using Wait = std::chrono::milliseconds;

  Wait start(const Kind& kind, engine::Engine& engine);
  Wait start_failed(const Kind& kind, const Error& error);
  Wait follow(const Kind& kind, engine::Engine& engine);
  Wait running(const Kind& kind, const engine::Status& status);
  Wait ended(const Kind& kind, engine::Engine* engine, engine::Status status);
  Wait apply(const Kind& kind, engine::Engine* engine, const engine::Status& status, const Outcome& outcome);
  Wait try_again(engine::Engine* engine, const Reason& reason, int attempts_used, Wait pause);
  Wait finish(const Kind* kind, engine::Engine* engine, const engine::Status& status, JobState state,
              std::optional<Reason> reason);
  void release(engine::Engine& engine);
  void tell(const Kind& kind, const engine::Status& status);
  Wait backoff() const;

  const Surroundings& world_;
  Job job_;
  const std::string token_;
  const bool adopted_;
  std::atomic<bool> cancel_ = false, over_ = false;
  bool stop_sent_ = false;
  int end_tries_ = 0;
  Wait poll_;
  std::string progress_;
  std::optional<engine::State> last_state_;
  TimeMs saved_ms_ = 0;
  bool unsaved_ = false;
};

/// What a job says when it ends without having run: state kLost, with this reason as its exit.
engine::Status never_ran(const Reason& reason);
/// Ask the kind about a queued job that is cancelled or refused, and end it. Thread: any.
Result<void> end_queued_job(const Surroundings& world, Job job, JobState state, const Reason& reason);

}  // namespace ava::job
