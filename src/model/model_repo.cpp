#include "model/model_repo.hpp"

namespace ava::model {

namespace {

constexpr std::string_view kSelect =
    "SELECT m.id, m.owner_id, u.name AS owner_name, m.bucket_id, b.name AS bucket_name, m.name, m.origin,"
    " m.object_key, m.file_name, m.size_bytes, m.sha256, m.training_id, m.training_name, m.run_id, m.epoch,"
    " m.metrics_json, m.created_ms FROM models m JOIN users u ON u.id = m.owner_id JOIN buckets b ON b.id = "
    "m.bucket_id ";

Result<Model> model_of(const db::Row& row) {
  Model m;
  m.id = row.id<ModelId>("id");
  m.name = row.text("name");
  AVA_TRY(m.origin, schema::value_of<ModelOrigin>(row.text("origin")));
  m.object_key = row.text("object_key");
  m.file_uri = "qiniu:///" + row.text("bucket_name") + "/" + m.object_key;
  m.file_name = row.text("file_name");
  m.size_bytes = row.integer("size_bytes");
  m.sha256 = row.text("sha256");
  m.run_id = row.maybe_text("run_id");
  if (const auto training = row.maybe_text("training_id"))
    m.training = schema::Ref{*training, row.maybe_text("training_name").value_or("")};
  m.epoch = row.maybe_integer("epoch");
  using Metrics = std::map<std::string, double>;
  AVA_TRY(m.metrics, schema::from_text<Metrics>(row.text("metrics_json")));
  m.owner = {row.text("owner_id"), row.text("owner_name")};
  m.created_at = {row.integer("created_ms")};
  m.bucket_id = row.id<Id<user::Bucket>>("bucket_id");
  return m;
}

}  // namespace

Result<void> ModelRepo::insert(db::Tx& tx, const Model& m, const std::optional<std::string>& client_key) {
  constexpr auto kInsert =
      "INSERT INTO models (id, owner_id, bucket_id, name, origin, object_key, file_name, size_bytes, sha256,"
      " training_id, training_name, run_id, client_key, epoch, metrics_json, created_ms) VALUES (:id, :owner, :bucket, "
      ":name,"
      " :origin, :object_key, :file_name, :size, :sha256, :training, :training_name, :run, :client_key, :epoch, "
      ":metrics,"
      " :created)";
  std::optional<std::string> training_id;
  std::optional<std::string> training_name;
  if (m.training) {
    training_id = m.training->id;
    training_name = m.training->name;
  }
  AVA_CHECK(tx.run(kInsert, {{"id", m.id},
                             {"owner", m.owner.id},
                             {"bucket", m.bucket_id},
                             {"name", m.name},
                             {"origin", schema::name_of(m.origin)},
                             {"object_key", m.object_key},
                             {"file_name", m.file_name},
                             {"size", m.size_bytes},
                             {"sha256", m.sha256},
                             {"training", training_id},
                             {"training_name", training_name},
                             {"run", m.run_id},
                             {"client_key", client_key},
                             {"epoch", m.epoch},
                             {"metrics", schema::to_text(m.metrics)},
                             {"created", m.created_at.ms}}));
  return {};
}

Result<std::optional<ModelId>> ModelRepo::by_client_key(db::Tx& tx, const std::string& run_id,
                                                        const std::string& client_key) {
  AVA_TRY(const auto row, tx.one("SELECT id FROM models WHERE run_id = :run AND client_key = :client_key",
                                 {{"run", run_id}, {"client_key", client_key}}));
  if (!row) return std::optional<ModelId>{};
  return std::optional<ModelId>(row->id<ModelId>("id"));
}

Result<std::optional<Model>> ModelRepo::find(db::Tx& tx, const ModelId& id) {
  static const std::string kFind = std::string(kSelect) + "WHERE m.id = :id AND m.deleted_ms IS NULL";
  AVA_TRY(const auto row, tx.one(kFind, {{"id", id}}));
  if (!row) return std::optional<Model>{};
  AVA_TRY(Model model, model_of(*row));
  return std::optional<Model>(std::move(model));
}

Result<std::vector<Model>> ModelRepo::list(db::Tx& tx, const ModelFilter& filter) {
  static const std::string kList =
      std::string(kSelect) +
      "WHERE m.deleted_ms IS NULL AND (:cursor = '' OR m.id < :cursor) AND (:origin = '' OR m.origin = :origin)"
      " AND (:training = '' OR m.training_id = :training) AND lower(m.name) LIKE lower(:pattern) ESCAPE '\\'"
      " ORDER BY m.id DESC LIMIT :rows";
  AVA_TRY(const auto rows, tx.all(kList, {{"cursor", filter.page.cursor},
                                          {"origin", filter.origin},
                                          {"training", filter.training_id},
                                          {"pattern", db::like_pattern(filter.search)},
                                          {"rows", filter.page.rows()}}));
  std::vector<Model> all;
  for (const db::Row& row : rows) {
    AVA_TRY(Model model, model_of(row));
    all.push_back(std::move(model));
  }
  return all;
}

Result<bool> ModelRepo::name_taken(db::Tx& tx, const std::string& name) {
  AVA_TRY(const auto row, tx.one("SELECT id FROM models WHERE name = :name AND purged_ms IS NULL", {{"name", name}}));
  return row.has_value();
}

Result<std::vector<std::string>> ModelRepo::in_bucket(db::Tx& tx, const user::BucketId& id) {
  AVA_TRY(const auto rows,
          tx.all("SELECT name FROM models WHERE bucket_id = :id AND purged_ms IS NULL LIMIT 100", {{"id", id}}));
  std::vector<std::string> words;
  for (const db::Row& row : rows) words.push_back("model " + row.text("name"));
  return words;
}

Result<std::vector<Model>> ModelRepo::to_purge(db::Tx& tx) {
  static const std::string kToPurge =
      std::string(kSelect) + "WHERE m.deleted_ms IS NOT NULL AND m.purged_ms IS NULL ORDER BY m.id LIMIT 100";
  AVA_TRY(const auto rows, tx.all(kToPurge));
  std::vector<Model> all;
  for (const db::Row& row : rows) {
    AVA_TRY(Model model, model_of(row));
    all.push_back(std::move(model));
  }
  return all;
}

Result<void> ModelRepo::mark_purged(db::Tx& tx, const ModelId& id, TimeMs now) {
  AVA_CHECK(tx.run("UPDATE models SET purged_ms = :now WHERE id = :id", {{"now", now}, {"id", id}}));
  return {};
}

Result<int> ModelRepo::mark_deleted(db::Tx& tx, const ModelId& id, TimeMs now) {
  return tx.run("UPDATE models SET deleted_ms = :now WHERE id = :id AND deleted_ms IS NULL",
                {{"now", now}, {"id", id}});
}

}  // namespace ava::model
