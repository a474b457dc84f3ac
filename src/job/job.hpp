// A unit of work on an engine, persisted: what it is, how far it got, how it ended.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "schema/schema.hpp"

namespace ava::job {

enum class JobState : std::uint8_t { kQueued, kRunning, kSucceeded, kFailed, kCancelled };
std::span<const schema::EnumName<JobState>> enum_names(JobState);
bool is_over(JobState state);

/// How far a job says it is. `unit` is "items" or "bytes".
struct Progress {
  std::int64_t done = 0, total = 0;
  std::string unit = "items";
  std::optional<std::string> message;
};
void describe(schema::Visitor& v, Progress& x);

/// The thing a job works for: {"dataset", "ds_...", "cats"}.
struct Subject {
  std::string type, id, name;
};
void describe(schema::Visitor& v, Subject& x);

/// Why a job failed, or what a queued job waits for.
struct Reason {
  std::string slug, detail;
  std::optional<std::string> hint;
};
void describe(schema::Visitor& v, Reason& x);

/// A job as its table has it; describe() shows what everybody may see.
struct Job {
  static constexpr std::string_view kIdPrefix = "jb";
  Id<Job> id;
  std::string kind;  ///< "dataset.import", "training" ...
  JobState state = JobState::kQueued;
  Progress progress;
  int attempts = 0, max_attempts = 1;
  std::optional<Reason> error;    ///< set when it failed or was cancelled
  std::optional<Reason> waiting;  ///< set while it is queued: `wait.turn`, `wait.slots`, `wait.cpu`, `wait.memory` ...
  Subject subject;
  schema::Time created_at;
  std::optional<schema::Time> started_at, ended_at;

  // Not shown:
  std::string owner_id;
  std::string payload;  ///< JSON that only the kind understands
  std::string engine;
  std::string handle;  ///< the engine's name of the running attempt; empty before and after
  double cpu_cores = 0;
  std::uint64_t memory_bytes = 0;
  TimeMs not_before_ms = 0;
  bool cancel_requested = false;
  std::string log_tail;  ///< last 4 KiB of what it printed, once it ended

  /// No further attempt follows this one: a failure now is final.
  bool last_attempt() const { return attempts >= max_attempts; }
};
using JobId = Id<Job>;
void describe(schema::Visitor& v, Job& x);

/// Read what a job wrote to its progress file: {"done":3,"total":10,"unit":"items","message":"..."}; more fields are
/// fine. Nothing when it is no such object, for instance half written.
std::optional<Progress> parse_progress(std::string_view text);

}  // namespace ava::job
