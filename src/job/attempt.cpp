#include "job/attempt.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/random.hpp"

namespace ava::job {

namespace {

constexpr int kEndTries = 10;
constexpr std::uint64_t kTailBytes = 4096;

Reason reason_of(const Error& error) {
  std::optional<std::string> hint;
  if (!error.hint().empty()) hint = error.hint();
  return {error.slug(), error.text(), hint};
}

const Reason& cancelled() {
  static const Reason kReason{"job.cancelled", "it was cancelled", std::nullopt};
  return kReason;
}

/// The request itself is wrong: another attempt would fail alike.
bool is_final(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kNotFound:
    case ErrorCode::kPermissionDenied:
    case ErrorCode::kConflict:
    case ErrorCode::kCorrupt:
      return true;
    default:
      return false;
  }
}

/// The last words of a job's log; an unreadable log is no reason to fail.
std::string tail_of(engine::Engine& engine, const std::string& handle) {
  const auto end = engine.log(handle, UINT64_MAX, 0);
  if (!end.ok()) return {};
  const std::uint64_t size = end->next_offset;
  auto chunk = engine.log(handle, size > kTailBytes ? size - kTailBytes : 0, kTailBytes);
  if (!chunk.ok()) return {};
  // The database takes text only: no NUL, and no half character at the cut.
  std::string text = std::move(chunk->text);
  std::erase(text, '\0');
  std::size_t start = 0;
  while (start < text.size() && start < 4 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) ++start;
  return text.substr(start);
}

Result<Outcome> judge(const Kind& kind, const Job& job, const engine::Status& status) {
  if (kind.on_end) return kind.on_end(job, status);
  if (status.state == engine::State::kExited && status.exit.has_value() && status.exit->code == 0)
    return Outcome::succeeded();
  const engine::Exit exit = status.exit.value_or(engine::Exit{});
  return Outcome::failed({exit.slug, exit.words, std::nullopt});
}

}  // namespace

engine::Status never_ran(const Reason& reason) {
  engine::Status status;
  status.state = engine::State::kLost;
  engine::Exit exit;
  exit.code = -1;
  exit.slug = reason.slug;
  exit.words = reason.hint.has_value() ? reason.detail + " (" + *reason.hint + ")" : reason.detail;
  status.exit = exit;
  return status;
}

Attempt::Attempt(const Surroundings& world, Job job, std::string token, bool adopted)
    : world_(world), job_(std::move(job)), token_(std::move(token)), adopted_(adopted), poll_(world.pace.poll_fast) {
  job_.state = JobState::kRunning;
  cancel_ = job_.cancel_requested;
}

std::chrono::milliseconds Attempt::step() {
  const Kind* kind = world_.kinds.find(job_.kind);
  const auto engine = world_.engines.find(job_.engine);
  if (kind == nullptr || engine == world_.engines.end()) {
    const Reason reason{"job.unknown_kind", "this server does not know " + job_.kind + " on " + job_.engine,
                        std::nullopt};
    return finish(nullptr, nullptr, never_ran(reason), JobState::kFailed, reason);
  }
  job_.cancel_requested = cancel_;
  return job_.handle.empty() ? start(*kind, *engine->second) : follow(*kind, *engine->second);
}

Attempt::Wait Attempt::start(const Kind& kind, engine::Engine& engine) {
  // An adopted job may be running under a handle that was not written down any more: starting it finds it.
  if (job_.cancel_requested && !adopted_) return ended(kind, nullptr, never_ran(cancelled()));
  auto spec = kind.make_spec(job_);
  if (!spec.ok()) return start_failed(kind, spec.error());
  spec->key = job_.id.str() + "-" + std::to_string(job_.attempts);
  const auto handle = engine.start(*spec);
  if (!handle.ok()) return start_failed(kind, handle.error());
  const auto kept = world_.database.write(
      [&](db::Tx& tx) { return job_repo::set_handle(tx, job_.id, token_, *handle, world_.clock.now_ms()); });
  if (!kept.ok()) return world_.pace.poll_slow;  // starting again finds the same handle
  if (*kept == 0) {
    over_ = true;
    return {};
  }
  job_.handle = *handle;
  engine::Status status;
  status.started_ms = world_.clock.now_ms();
  tell(kind, status);
  return poll_;
}

Attempt::Wait Attempt::start_failed(const Kind& kind, const Error& error) {
  log::warn("job", "{} {}: not started: {}", job_.kind, job_.id.str(), error.text());
  Reason reason = reason_of(error);
  if (is_retryable(error.code())) {
    reason.slug = "wait.engine";
    return try_again(nullptr, reason, job_.attempts - 1, world_.pace.engine_away);  // nobody's fault: not counted
  }
  if (!is_final(error) && !job_.last_attempt()) return try_again(nullptr, reason, job_.attempts, backoff());
  return ended(kind, nullptr, never_ran(reason));
}

Attempt::Wait Attempt::follow(const Kind& kind, engine::Engine& engine) {
  if (job_.cancel_requested && !stop_sent_) {
    const auto stopped = engine.stop(job_.handle, kind.stop_grace);
    stop_sent_ = stopped.ok();
    if (!stopped.ok()) log::warn("job", "{}: stop: {}", job_.id.str(), stopped.error().text());
  }
  auto status = engine.status(job_.handle);
  if (!status.ok() && status.error().slug() == "engine.job_not_found") status = engine::Status{engine::State::kLost};
  if (!status.ok()) {
    log::warn("job", "{}: {}", job_.id.str(), status.error().text());
    return world_.pace.poll_slow;
  }
  switch (status->state) {
    case engine::State::kStarting:
    case engine::State::kRunning:
      return running(kind, *status);
    case engine::State::kExited:
    case engine::State::kLost:
      return ended(kind, &engine, *std::move(status));
  }
  return poll_;
}

Attempt::Wait Attempt::running(const Kind& kind, const engine::Status& status) {
  bool changed = last_state_ != status.state;
  last_state_ = status.state;
  if (status.progress != progress_) {
    if (const auto progress = parse_progress(status.progress)) {
      progress_ = status.progress;
      job_.progress = *progress;
      changed = unsaved_ = true;
    }
  }
  const TimeMs now = world_.clock.now_ms();
  if (unsaved_ && now - saved_ms_ >= world_.pace.save_progress.count()) {
    const auto kept =
        world_.database.write([&](db::Tx& tx) { return job_repo::set_progress(tx, job_.id, token_, progress_, now); });
    if (kept.ok() && *kept == 0) {
      over_ = true;
      return {};
    }
    unsaved_ = !kept.ok();
    saved_ms_ = now;
  }
  if (changed) tell(kind, status);
  poll_ = changed ? world_.pace.poll_fast : std::min(world_.pace.poll_slow, poll_ * 3 / 2);
  return poll_;
}

Attempt::Wait Attempt::ended(const Kind& kind, engine::Engine* engine, engine::Status status) {
  const bool lost = status.state == engine::State::kLost && engine != nullptr;
  if (lost) {
    const Reason reason{"job.lost", "the engine has no trace of how it ended", std::nullopt};
    if (!job_.cancel_requested && !job_.last_attempt()) return try_again(engine, reason, job_.attempts, backoff());
    status = never_ran(reason);
  }
  if (const auto progress = parse_progress(status.progress)) {
    progress_ = status.progress;
    job_.progress = *progress;
  }
  const auto outcome = judge(kind, job_, status);
  if (outcome.ok()) return apply(kind, engine, status, *outcome);
  log::warn("job", "{} {}: its end could not be judged: {}", job_.kind, job_.id.str(), outcome.error().text());
  if (++end_tries_ < kEndTries) return world_.pace.poll_slow * end_tries_;
  return finish(&kind, engine, status, job_.cancel_requested ? JobState::kCancelled : JobState::kFailed,
                reason_of(outcome.error()));
}

Attempt::Wait Attempt::apply(const Kind& kind, engine::Engine* engine, const engine::Status& status,
                             const Outcome& outcome) {
  if (job_.cancel_requested) return finish(&kind, engine, status, JobState::kCancelled, cancelled());
  if (outcome.verdict == Outcome::Verdict::kSucceeded)
    return finish(&kind, engine, status, JobState::kSucceeded, std::nullopt);
  if (outcome.verdict == Outcome::Verdict::kRetry && !job_.last_attempt())
    return try_again(engine, outcome.reason, job_.attempts, backoff());
  Reason reason = outcome.reason;
  if (reason.slug.empty() && status.exit.has_value()) reason = {status.exit->slug, status.exit->words, std::nullopt};
  return finish(&kind, engine, status, JobState::kFailed, reason);
}

Attempt::Wait Attempt::try_again(engine::Engine* engine, const Reason& reason, int attempts_used, Wait pause) {
  const TimeMs now = world_.clock.now_ms();
  if (engine != nullptr && !job_.handle.empty()) {
    // Only the holder of the lease may throw the old attempt away: somebody else may be following it by now.
    const auto mine =
        world_.database.write([&](db::Tx& tx) { return job_repo::set_handle(tx, job_.id, token_, job_.handle, now); });
    if (!mine.ok()) return world_.pace.poll_slow;
    if (*mine > 0) release(*engine);
  }
  const auto kept = world_.database.write([&](db::Tx& tx) {
    return job_repo::requeue(tx, job_.id, token_, reason, std::max(0, attempts_used), now + pause.count(), now);
  });
  if (!kept.ok()) return world_.pace.poll_slow;
  over_ = true;
  if (*kept == 0) return {};
  job_.state = JobState::kQueued;
  job_.attempts = attempts_used;
  job_.waiting = reason;
  job_.handle.clear();
  if (const Kind* kind = world_.kinds.find(job_.kind)) tell(*kind, never_ran(reason));
  return {};
}

Attempt::Wait Attempt::finish(const Kind* kind, engine::Engine* engine, const engine::Status& status, JobState state,
                              std::optional<Reason> reason) {
  Ending ending{state, std::move(reason), status.exit, progress_, {}};
  if (engine != nullptr && !job_.handle.empty()) ending.log_tail = tail_of(*engine, job_.handle);
  const TimeMs now = world_.clock.now_ms();
  const auto kept =
      world_.database.write([&](db::Tx& tx) { return job_repo::end_running(tx, job_.id, token_, ending, now); });
  if (!kept.ok()) return world_.pace.poll_slow;  // the engine still knows; judged again
  over_ = true;
  if (*kept == 0) return {};
  job_.state = state;
  job_.error = ending.reason;
  job_.ended_at = schema::Time{now};
  job_.log_tail = ending.log_tail;
  if (kind != nullptr) tell(*kind, status);
  if (engine == nullptr || job_.handle.empty()) return {};
  release(*engine);
  const auto cleared = world_.database.write([&](db::Tx& tx) { return job_repo::clear_handle(tx, job_.id); });
  if (!cleared.ok()) log::warn("job", "{}: {}", job_.id.str(), cleared.error().text());
  return {};
}

void Attempt::release(engine::Engine& engine) {
  if (const auto removed = engine.remove(job_.handle); !removed.ok())
    log::warn("job", "{}: remove: {}", job_.id.str(), removed.error().text());
}

void Attempt::tell(const Kind& kind, const engine::Status& status) {
  if (kind.on_change) kind.on_change(job_, status);
}

Attempt::Wait Attempt::backoff() const {
  const auto doublings = std::clamp(job_.attempts - 1, 0, 20);
  const double full =
      std::min(static_cast<double>(world_.pace.retry_longest.count()),
               static_cast<double>(world_.pace.retry_first.count()) * static_cast<double>(1u << doublings));
  // Half to full, keyed by the job: jobs that failed together do not come back together.
  const double part = random_unit(random_key(0, job_.id.str()), static_cast<std::uint64_t>(job_.attempts));
  return Wait(static_cast<std::int64_t>(full * (0.5 + 0.5 * part)));
}

Result<void> end_queued_job(const Surroundings& world, Job job, JobState state, const Reason& reason) {
  const Kind* kind = world.kinds.find(job.kind);
  const engine::Status status = never_ran(reason);
  // Its answer changes nothing, but the noun has to know before the job is over.
  if (kind != nullptr && kind->on_end) AVA_CHECK(kind->on_end(job, status));
  const Ending ending{state, reason, std::nullopt, "", ""};
  const TimeMs now = world.clock.now_ms();
  AVA_TRY(const int rows,
          world.database.write([&](db::Tx& tx) { return job_repo::end_queued(tx, job.id, ending, now); }));
  if (rows == 0) return {};
  job.state = state;
  job.error = reason;
  job.ended_at = schema::Time{now};
  if (kind != nullptr && kind->on_change) kind->on_change(job, status);
  return {};
}

}  // namespace ava::job
