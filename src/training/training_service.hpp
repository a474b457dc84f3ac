// Rules of trainings and their runs: create, stop, delete; what the SDK in the container reports.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/live.hpp"
#include "base/result.hpp"
#include "dataset/format_service.hpp"
#include "dataset/upload.hpp"
#include "db/db.hpp"
#include "db/page.hpp"
#include "job/job_service.hpp"
#include "metric/store.hpp"
#include "model/model_service.hpp"
#include "training/training.hpp"
#include "training/training_repo.hpp"
#include "training/workspace.hpp"
#include "user/token.hpp"
#include "user/user.hpp"

namespace ava::training {

/// A piece of a training's log.
struct LogText {
  std::string text;
  std::int64_t offset = 0;
  std::int64_t next_offset = 0;
  bool eof = false;  ///< the training is over and there is nothing behind next_offset
};
void describe(schema::Visitor& v, LogText& x);

/// What the SDK says when a process starts to report.
struct CreateRun {
  std::optional<std::string> name;
  schema::AnyJson params;
  std::optional<schema::Time> started_at;
  std::optional<std::string> client_key;  ///< Idempotency-Key: a repeat answers the run made first
};
void describe(schema::Visitor& v, CreateRun& x);

struct ChangeRun {
  std::optional<RunState> state;
  std::optional<std::string> error_message;
  std::optional<std::int64_t> epoch;
};
void describe(schema::Visitor& v, ChangeRun& x);

struct SaveModel {
  std::string name;
  std::optional<std::int64_t> epoch;
  std::optional<std::string> client_key;  ///< a repeat answers the model kept first
};

struct LeftOver;

/// Thread: any. Lifetime: its references outlive it.
class TrainingService {
 public:
  struct Parts {
    db::Database& database;
    job::JobService& jobs;
    dataset::FormatService& sets;
    dataset::UploadService& uploads;
    user::TokenService& tokens;
    metric::Store& metrics;
    model::ModelService& models;
    WorkspaceRoots roots;
    const Clock& clock;
    Publish publish;
    bool network = false;  ///< containers get a network
  };
  explicit TrainingService(Parts parts) : parts_(std::move(parts)) {}

  /// Errors: `name.bad`, `formatted_set.not_found`, `training.set_not_ready`, `training.bad_env`,
  /// `training.bad_params`, `training.no_gpu`, `training.bad_code`, `upload.not_found`.
  Result<Training> create(const user::Actor& who, const CreateTraining& request);
  /// Errors: `training.not_found`.
  Result<Training> find(const TrainingId& id);
  Result<db::Page<Training>> list(const TrainingFilter& filter);
  /// Over already is fine. Errors: `training.not_found`, `user.not_owner`.
  Result<Training> stop(const user::Actor& who, const TrainingId& id);
  /// With its runs, curves and files; its models stay. Errors: `training.running`, `training.not_found`.
  Result<void> remove(const user::Actor& who, const TrainingId& id);
  /// At most `limit_bytes` of the log from `offset`, cut at a character's end.
  Result<LogText> log(const TrainingId& id, std::int64_t offset, std::int64_t limit_bytes);
  std::filesystem::path log_path(const TrainingId& id) const { return folder_of(parts_.roots, id) / "train.log"; }

  // Runs.
  /// Who may report: the container's own token, the training's owner, and admins.
  /// Errors: `user.token_scope`, `user.not_owner`, `training.not_found`.
  Result<void> allow_report(const user::Actor& who, const std::string& training_id);
  /// A repeat with the same client_key answers the run made first. Errors: those of allow_report(), `training.over`.
  Result<Run> create_run(const user::Actor& who, const TrainingId& id, const CreateRun& request);
  Result<Run> change_run(const user::Actor& who, const RunId& id, const ChangeRun& request);
  /// Errors: `run.not_found`.
  Result<Run> find_run(const RunId& id);
  Result<db::Page<Run>> runs(const TrainingId& id, const db::PageRequest& page);
  /// Store, then tell whoever looks at the run; `epoch` is the latest the points name. Errors: `run.not_found`, those
  /// of metric::Store::append.
  Result<metric::Appended> append(const user::Actor& who, const RunId& id, metric::Batch batch,
                                  std::optional<std::int64_t> epoch = {});
  /// Keep a package as a model of the run, named after it when `name` is empty.
  /// Errors: `run.not_found`, those of allow_report() and model::ModelService::keep.
  Result<model::Model> save_model(const user::Actor& who, const RunId& id, const SaveModel& request,
                                  const model::ByteReader& read);
  Result<std::vector<metric::Series>> curves(const RunId& id, const metric::Query& query);

  // For the job kind (training/job_kind.cpp).
  /// Take what the container could not send before it ended: the server may have been away. Best effort and
  /// repeatable: the rest is taken even when one record cannot be, and nothing is stored twice.
  void take_left_over(const TrainingId& id);
  void publish_job(const job::Job& job);
  Result<engine::Spec> make_spec(const TrainingId& id, const std::string& job_id);
  Result<void> started(const TrainingId& id, TimeMs when);
  Result<void> ended(const TrainingId& id, const Ending& ending);

 private:
  Result<int> take_spool(const TrainingId& id, const LeftOver& spool);
  Result<void> check(const CreateTraining& request) const;
  Result<MountedSet> mounted(const std::string& set_id);
  Result<Run> with_metrics(Run run);
  Result<std::string> container_token(const Training& training);
  void remove_curves(const TrainingId& id);
  void publish(const TrainingId& id);
  void publish_run(const RunId& id);

  Parts parts_;
};

}  // namespace ava::training
