#include "training/training_repo.hpp"

namespace ava::training {

namespace {

using Env = std::map<std::string, std::string>;

constexpr std::string_view kSelectTrainings =
    "SELECT t.id, t.owner_id, u.name AS owner_name, t.name, t.description, t.state, t.reason_json, t.exit_json,"
    " t.image, t.command, t.has_code, t.env_json, t.params_json, t.resources_json, t.job_id, t.created_ms,"
    " t.started_ms, t.ended_ms, (SELECT count(*) FROM runs r WHERE r.training_id = t.id) AS run_count,"
    " f.id AS f_id, f.format AS f_format, f.batch AS f_batch, f.split AS f_split, fd.id AS fd_id, fd.name AS fd_name,"
    " v.id AS v_id, v.format AS v_format, v.batch AS v_batch, v.split AS v_split, vd.id AS vd_id, vd.name AS vd_name"
    " FROM trainings t JOIN users u ON u.id = t.owner_id"
    " JOIN formatted_sets f ON f.id = t.train_set_id JOIN datasets fd ON fd.id = f.dataset_id"
    " LEFT JOIN formatted_sets v ON v.id = t.val_set_id LEFT JOIN datasets vd ON vd.id = v.dataset_id ";

SetRef set_of(const db::Row& row, const std::string& set, const std::string& dataset) {
  return {row.text(set + "_id"),
          row.text(set + "_format"),
          row.text(set + "_batch"),
          row.text(set + "_split"),
          {row.text(dataset + "_id"), row.text(dataset + "_name")}};
}

template <class T>
std::optional<std::string> maybe_text_of(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return schema::to_text(*value);
}

Result<Training> training_of(const db::Row& row) {
  Training t;
  t.id = row.id<TrainingId>("id");
  t.name = row.text("name");
  t.description = row.text("description");
  AVA_TRY(t.state, schema::value_of<TrainingState>(row.text("state")));
  t.state_reason = schema::problem_from_text(row.maybe_text("reason_json"));
  if (const auto text = row.maybe_text("exit_json")) {
    AVA_TRY(t.exit, schema::from_text<ExitRecord>(*text));
  }
  t.train_set = set_of(row, "f", "fd");
  if (!row.is_null("v_id")) t.val_set = set_of(row, "v", "vd");
  t.image = row.text("image");
  t.command = row.text("command");
  t.has_code = row.boolean("has_code");
  AVA_TRY(t.env, schema::from_text<Env>(row.text("env_json")));
  t.params.text = row.text("params_json");
  AVA_TRY(t.resources, schema::from_text<Resources>(row.text("resources_json")));
  t.job_id = row.maybe_text("job_id");
  t.run_count = row.integer("run_count");
  t.owner = {row.text("owner_id"), row.text("owner_name")};
  t.created_at = {row.integer("created_ms")};
  t.started_at = row.maybe<schema::Time>("started_ms");
  t.ended_at = row.maybe<schema::Time>("ended_ms");
  return t;
}

}  // namespace

Result<void> TrainingRepo::insert(db::Tx& tx, const Training& t) {
  constexpr auto kInsert =
      "INSERT INTO trainings (id, owner_id, name, description, state, train_set_id, val_set_id, image, command,"
      " has_code, env_json, params_json, resources_json, created_ms) VALUES (:id, :owner, :name, :description, :state,"
      " :train_set, :val_set, :image, :command, :has_code, :env, :params, :resources, :created)";
  std::optional<std::string> val_set;
  if (t.val_set) val_set = t.val_set->id;
  AVA_CHECK(tx.run(kInsert, {{"id", t.id},
                             {"owner", t.owner.id},
                             {"name", t.name},
                             {"description", t.description},
                             {"state", schema::name_of(t.state)},
                             {"train_set", t.train_set.id},
                             {"val_set", val_set},
                             {"image", t.image},
                             {"command", t.command},
                             {"has_code", t.has_code ? 1 : 0},
                             {"env", schema::to_text(t.env)},
                             {"params", t.params.text},
                             {"resources", schema::to_text(t.resources)},
                             {"created", t.created_at.ms}}));
  return {};
}

Result<std::optional<Training>> TrainingRepo::find(db::Tx& tx, const TrainingId& id) {
  static const std::string kFind = std::string(kSelectTrainings) + "WHERE t.id = :id AND t.deleted_ms IS NULL";
  AVA_TRY(const auto row, tx.one(kFind, {{"id", id}}));
  if (!row) return std::optional<Training>{};
  AVA_TRY(Training training, training_of(*row));
  return std::optional<Training>(std::move(training));
}

Result<std::vector<Training>> TrainingRepo::list(db::Tx& tx, const TrainingFilter& filter) {
  static const std::string kList = std::string(kSelectTrainings) +
                                   "WHERE t.deleted_ms IS NULL AND (:cursor = '' OR t.id < :cursor)"
                                   " AND (:state = '' OR t.state = :state) AND lower(t.name) LIKE lower(:pattern)"
                                   " ESCAPE '\\' ORDER BY t.id DESC LIMIT :rows";
  AVA_TRY(const auto rows, tx.all(kList, {{"cursor", filter.page.cursor},
                                          {"state", filter.state},
                                          {"pattern", db::like_pattern(filter.search)},
                                          {"rows", filter.page.rows()}}));
  std::vector<Training> all;
  for (const db::Row& row : rows) {
    AVA_TRY(Training training, training_of(row));
    all.push_back(std::move(training));
  }
  return all;
}

Result<void> TrainingRepo::set_job(db::Tx& tx, const TrainingId& id, const std::string& job_id) {
  AVA_CHECK(tx.run("UPDATE trainings SET job_id = :job WHERE id = :id", {{"job", job_id}, {"id", id}}));
  return {};
}

Result<int> TrainingRepo::advance(db::Tx& tx, const TrainingId& id, TrainingState from, TrainingState to,
                                  std::optional<TimeMs> started) {
  return tx.run(
      "UPDATE trainings SET state = :to, started_ms = coalesce(:started, started_ms) WHERE id = :id AND state = :from",
      {{"to", schema::name_of(to)}, {"started", started}, {"id", id}, {"from", schema::name_of(from)}});
}

Result<int> TrainingRepo::end(db::Tx& tx, const TrainingId& id, const Ending& ending, TimeMs now) {
  return tx.run(
      "UPDATE trainings SET state = :state, reason_json = :reason, exit_json = :exit, ended_ms = :now WHERE id = :id"
      " AND state IN ('queued', 'creating', 'running')",
      {{"state", schema::name_of(ending.state)},
       {"reason", maybe_text_of(ending.reason)},
       {"exit", maybe_text_of(ending.exit)},
       {"now", now},
       {"id", id}});
}

Result<int> TrainingRepo::mark_deleted(db::Tx& tx, const TrainingId& id, TimeMs now) {
  return tx.run("UPDATE trainings SET deleted_ms = :now WHERE id = :id AND deleted_ms IS NULL",
                {{"now", now}, {"id", id}});
}

}  // namespace ava::training
