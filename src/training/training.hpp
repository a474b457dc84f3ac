// A training: one container with data, image, command and resources; and its runs, each with curves and parameters.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "dataset/formatted_set.hpp"
#include "schema/problem.hpp"
#include "schema/schema.hpp"
#include "user/user.hpp"

namespace ava::training {

/// Words of manual.md 9.1 (S-07 .. S-11): `creating` is shown as "starting".
enum class TrainingState : std::uint8_t { kQueued, kCreating, kRunning, kDone, kFailed };
std::span<const schema::EnumName<TrainingState>> enum_names(TrainingState);

/// Limits the container gets. 0 cpu_cores: no limit.
struct Resources {
  double cpu_cores = 1;
  std::int64_t memory_bytes = 2ll << 30;
  int gpu_count = 0;
  std::optional<std::string> gpu_model;
};
void describe(schema::Visitor& v, Resources& x);

/// How the container ended, in numbers and in words.
struct ExitRecord {
  int code = 0;
  std::optional<int> signal;
  bool oom = false;
  std::string words;
};
void describe(schema::Visitor& v, ExitRecord& x);

/// What a training shows of a set it uses; the set may be deleted since.
struct SetRef {
  std::string id;
  std::string format;
  std::string batch;
  std::string split;
  schema::Ref dataset;
};
void describe(schema::Visitor& v, SetRef& x);

struct Training {
  static constexpr const char* kIdPrefix = "tr";
  Id<Training> id;
  std::string name;
  std::string description;
  TrainingState state = TrainingState::kQueued;
  std::optional<schema::Problem> state_reason;
  std::optional<ExitRecord> exit;
  SetRef train_set;
  std::optional<SetRef> val_set;
  std::string image;
  std::string command;
  bool has_code = false;
  std::map<std::string, std::string> env;
  schema::AnyJson params;
  Resources resources;
  std::optional<std::string> job_id;
  std::int64_t run_count = 0;
  schema::Ref owner;
  schema::Time created_at;
  std::optional<schema::Time> started_at;
  std::optional<schema::Time> ended_at;
};
void describe(schema::Visitor& v, Training& x);
using TrainingId = Id<Training>;
bool is_over(TrainingState state);

/// The body of POST /trainings.
struct CreateTraining {
  std::string name;
  std::optional<std::string> description;
  dataset::FormattedSetId train_set_id;
  std::optional<dataset::FormattedSetId> val_set_id;
  std::string image;
  std::string command;
  std::optional<std::string> code_upload_id;
  std::map<std::string, std::string> env;
  schema::AnyJson params;
  Resources resources;
};
void describe(schema::Visitor& v, CreateTraining& x);

/// Words of S-12.
enum class RunState : std::uint8_t { kRunning, kDone, kFailed };
std::span<const schema::EnumName<RunState>> enum_names(RunState);

/// Last value and range of one curve of a run.
struct RunMetric {
  std::string name;
  std::int64_t count = 0;
  double last = 0;
  double min = 0;
  double max = 0;
  std::int64_t last_step = 0;
};
void describe(schema::Visitor& v, RunMetric& x);

/// One process in the container that reports metrics ("training instance" of the manual).
struct Run {
  static constexpr const char* kIdPrefix = "rn";
  Id<Run> id;
  schema::Ref training;
  std::string name;
  RunState state = RunState::kRunning;
  schema::AnyJson params;
  std::optional<std::string> error_message;
  std::optional<std::int64_t> epoch;
  std::optional<std::int64_t> step;
  schema::Time started_at;
  std::optional<schema::Time> ended_at;
  std::vector<RunMetric> metrics;
};
void describe(schema::Visitor& v, Run& x);
using RunId = Id<Run>;

}  // namespace ava::training
