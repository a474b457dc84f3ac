// SQL of trainings and runs, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "db/db.hpp"
#include "db/page.hpp"
#include "training/training.hpp"

namespace ava::training {

struct TrainingFilter {
  std::string search;  ///< part of the name; empty: all
  std::string state;   ///< empty: all
  db::PageRequest page;
};

/// How a training ended.
struct Ending {
  TrainingState state = TrainingState::kDone;
  std::optional<schema::Problem> reason;
  std::optional<ExitRecord> exit;
};

/// Errors of all: those of db::Tx. Thread: as the transaction.
class TrainingRepo {
 public:
  static Result<void> insert(db::Tx& tx, const Training& training);
  static Result<std::optional<Training>> find(db::Tx& tx, const TrainingId& id);
  static Result<std::vector<Training>> list(db::Tx& tx, const TrainingFilter& filter);
  static Result<void> set_job(db::Tx& tx, const TrainingId& id, const std::string& job_id);
  /// queued -> creating, creating -> running; 0 when the training is not in `from` any more.
  static Result<int> advance(db::Tx& tx, const TrainingId& id, TrainingState from, TrainingState to,
                             std::optional<TimeMs> started);
  /// Any live state -> done or failed; 0 when it is over already.
  static Result<int> end(db::Tx& tx, const TrainingId& id, const Ending& ending, TimeMs now);
  static Result<int> mark_deleted(db::Tx& tx, const TrainingId& id, TimeMs now);
};

class RunRepo {
 public:
  static Result<void> insert(db::Tx& tx, const Run& run, const std::optional<std::string>& client_key);
  /// The run a process made with this key.
  static Result<std::optional<RunId>> by_client_key(db::Tx& tx, const TrainingId& id, const std::string& client_key);
  static Result<std::optional<Run>> find(db::Tx& tx, const RunId& id);
  static Result<std::vector<Run>> of_training(db::Tx& tx, const TrainingId& id, const db::PageRequest& page);
  /// Only what has a value changes.
  struct Change {
    std::optional<RunState> state;
    std::optional<std::string> error_message;
    std::optional<std::int64_t> epoch;
    std::optional<TimeMs> ended;
  };
  static Result<int> change(db::Tx& tx, const RunId& id, const Change& change);
  /// The container is gone: its running runs end with it.
  static Result<void> end_all(db::Tx& tx, const TrainingId& id, RunState state, const std::string& why, TimeMs now);
};

}  // namespace ava::training
