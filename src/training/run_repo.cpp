#include "training/training_repo.hpp"

namespace ava::training {

namespace {

constexpr std::string_view kSelectRuns =
    "SELECT r.id, r.training_id, t.name AS training_name, r.name, r.state, r.params_json, r.error_message, r.epoch,"
    " r.started_ms, r.ended_ms FROM runs r JOIN trainings t ON t.id = r.training_id ";

Result<Run> run_of(const db::Row& row) {
  Run r;
  r.id = row.id<RunId>("id");
  r.training = {row.text("training_id"), row.text("training_name")};
  r.name = row.text("name");
  AVA_TRY(r.state, schema::value_of<RunState>(row.text("state")));
  r.params.text = row.text("params_json");
  r.error_message = row.maybe_text("error_message");
  r.epoch = row.maybe_integer("epoch");
  r.started_at = {row.integer("started_ms")};
  if (const auto ms = row.maybe_integer("ended_ms")) r.ended_at = schema::Time{*ms};
  return r;
}

}  // namespace

Result<void> RunRepo::insert(db::Tx& tx, const Run& r, const std::optional<std::string>& client_key) {
  AVA_CHECK(tx.run(
      "INSERT INTO runs (id, training_id, client_key, name, state, params_json, started_ms) VALUES (:id, :training,"
      " :client_key, :name, :state, :params, :started)",
      {{"id", r.id},
       {"training", r.training.id},
       {"client_key", client_key},
       {"name", r.name},
       {"state", schema::name_of(r.state)},
       {"params", r.params.text},
       {"started", r.started_at.ms}}));
  return {};
}

Result<std::optional<RunId>> RunRepo::by_client_key(db::Tx& tx, const TrainingId& id, const std::string& client_key) {
  AVA_TRY(const auto row, tx.one("SELECT id FROM runs WHERE training_id = :id AND client_key = :client_key",
                                 {{"id", id}, {"client_key", client_key}}));
  if (!row) return std::optional<RunId>{};
  return std::optional<RunId>(row->id<RunId>("id"));
}

Result<std::optional<Run>> RunRepo::find(db::Tx& tx, const RunId& id) {
  static const std::string kFind = std::string(kSelectRuns) + "WHERE r.id = :id AND t.deleted_ms IS NULL";
  AVA_TRY(const auto row, tx.one(kFind, {{"id", id}}));
  if (!row) return std::optional<Run>{};
  AVA_TRY(Run run, run_of(*row));
  return std::optional<Run>(std::move(run));
}

Result<std::vector<Run>> RunRepo::of_training(db::Tx& tx, const TrainingId& id, const db::PageRequest& page) {
  static const std::string kList = std::string(kSelectRuns) +
                                   "WHERE r.training_id = :id AND (:cursor = '' OR r.id < :cursor)"
                                   " ORDER BY r.id DESC LIMIT :rows";
  AVA_TRY(const auto rows, tx.all(kList, {{"id", id}, {"cursor", page.cursor}, {"rows", page.rows()}}));
  std::vector<Run> all;
  for (const db::Row& row : rows) {
    AVA_TRY(Run run, run_of(row));
    all.push_back(std::move(run));
  }
  return all;
}

Result<int> RunRepo::change(db::Tx& tx, const RunId& id, const Change& change) {
  std::optional<std::string> state;
  if (change.state) state = std::string(schema::name_of(*change.state));
  return tx.run(
      "UPDATE runs SET state = coalesce(:state, state), error_message = coalesce(:error, error_message),"
      " epoch = coalesce(:epoch, epoch), ended_ms = coalesce(:ended, ended_ms) WHERE id = :id",
      {{"state", state},
       {"error", change.error_message},
       {"epoch", change.epoch},
       {"ended", change.ended},
       {"id", id}});
}

Result<void> RunRepo::end_all(db::Tx& tx, const TrainingId& id, RunState state, const std::string& why, TimeMs now) {
  std::optional<std::string> error;
  if (!why.empty()) error = why;
  AVA_CHECK(
      tx.run("UPDATE runs SET state = :state, error_message = coalesce(error_message, :why), ended_ms = :now"
             " WHERE training_id = :id AND state = 'running'",
             {{"state", schema::name_of(state)}, {"why", error}, {"now", now}, {"id", id}}));
  return {};
}

}  // namespace ava::training
