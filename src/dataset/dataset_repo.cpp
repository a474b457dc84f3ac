#include "dataset/dataset_repo.hpp"

namespace ava::dataset {

namespace {

constexpr std::string_view kSelectDatasets =
    "SELECT d.id, d.owner_id, u.name AS owner_name, d.bucket_id, b.name AS bucket_name, d.name, d.description, d.kind,"
    " d.state, d.media, d.source_json, d.prefix, d.item_count, d.reject_count, d.byte_count, d.labels_json, "
    "d.error_json,"
    " d.job_id, d.lineage_json, d.created_ms, d.completed_ms FROM datasets d JOIN users u ON u.id = d.owner_id"
    " JOIN buckets b ON b.id = d.bucket_id ";

Result<Dataset> dataset_in_row(const db::Row& row) {
  Dataset d;
  d.id = row.id<DatasetId>("id");
  d.name = row.text("name");
  d.description = row.text("description");
  AVA_TRY(d.kind, schema::value_of<DatasetKind>(row.text("kind")));
  AVA_TRY(d.state, schema::value_of<DatasetState>(row.text("state")));
  d.media = row.text("media");
  AVA_TRY(d.source, schema::from_text<DatasetSource>(row.text("source_json")));
  d.item_count = row.integer("item_count");
  d.reject_count = row.integer("reject_count");
  d.byte_count = row.integer("byte_count");
  AVA_TRY(d.labels, schema::from_text<std::vector<LabelRef>>(row.text("labels_json")));
  d.labelled = !d.labels.empty();
  if (const auto lineage = row.maybe_text("lineage_json")) {
    AVA_TRY(d.lineage, schema::from_text<Lineage>(*lineage));
  }
  d.error = schema::problem_from_text(row.maybe_text("error_json"));
  d.job_id = row.maybe_text("job_id");
  d.owner = {row.text("owner_id"), row.text("owner_name")};
  d.created_at = {row.integer("created_ms")};
  d.completed_at = row.maybe<schema::Time>("completed_ms");
  d.bucket_id = row.id<Id<user::Bucket>>("bucket_id");
  d.prefix = row.text("prefix");
  if (d.kind == DatasetKind::kSource)
    d.list_uri = "qiniu:///" + row.text("bucket_name") + "/" + d.prefix + "/index.lst";
  return d;
}

}  // namespace

Result<void> DatasetRepo::insert(db::Tx& tx, const Dataset& d) {
  constexpr auto kInsert =
      "INSERT INTO datasets (id, owner_id, bucket_id, name, description, kind, state, media, source_json, prefix,"
      " item_count, reject_count, byte_count, labels_json, lineage_json, created_ms) VALUES (:id, :owner, :bucket, "
      ":name,"
      " :description, :kind, :state, :media, :source, :prefix, 0, 0, 0, '[]', :lineage, :created)";
  std::optional<std::string> lineage;
  if (d.lineage) lineage = schema::to_text(*d.lineage);
  AVA_CHECK(tx.run(kInsert, {{"id", d.id},
                             {"owner", d.owner.id},
                             {"bucket", d.bucket_id},
                             {"name", d.name},
                             {"description", d.description},
                             {"kind", schema::name_of(d.kind)},
                             {"state", schema::name_of(d.state)},
                             {"media", d.media},
                             {"source", schema::to_text(d.source)},
                             {"prefix", d.prefix},
                             {"lineage", lineage},
                             {"created", d.created_at.ms}}));
  if (!d.lineage) return {};
  for (const schema::Ref& parent : d.lineage->parents)
    AVA_CHECK(tx.run("INSERT INTO dataset_parents (dataset_id, parent_id) VALUES (:id, :parent)",
                     {{"id", d.id}, {"parent", parent.id}}));
  return {};
}

Result<std::optional<Dataset>> DatasetRepo::find(db::Tx& tx, const DatasetId& id, bool with_deleted) {
  static const std::string kFind =
      std::string(kSelectDatasets) + "WHERE d.id = :id AND (:all = 1 OR d.deleted_ms IS NULL)";
  AVA_TRY(const auto row, tx.one(kFind, {{"id", id}, {"all", with_deleted ? 1 : 0}}));
  if (!row) return std::optional<Dataset>{};
  AVA_TRY(Dataset dataset, dataset_in_row(*row));
  return std::optional<Dataset>(std::move(dataset));
}

Result<bool> DatasetRepo::name_taken(db::Tx& tx, const std::string& name) {
  AVA_TRY(const auto row, tx.one("SELECT id FROM datasets WHERE name = :name AND purged_ms IS NULL", {{"name", name}}));
  return row.has_value();
}

Result<std::vector<Dataset>> DatasetRepo::list(db::Tx& tx, const DatasetFilter& filter) {
  static const std::string kList = std::string(kSelectDatasets) +
                                   "WHERE d.deleted_ms IS NULL AND (:cursor = '' OR d.id < :cursor)"
                                   " AND lower(d.name) LIKE lower(:pattern) ESCAPE '\\' ORDER BY d.id DESC LIMIT :rows";
  AVA_TRY(const auto rows, tx.all(kList, {{"cursor", filter.page.cursor},
                                          {"pattern", db::like_pattern(filter.search)},
                                          {"rows", filter.page.rows()}}));
  std::vector<Dataset> all;
  for (const db::Row& row : rows) {
    AVA_TRY(Dataset dataset, dataset_in_row(row));
    dataset.lineage.reset();  // a page of graphs would be megabytes
    all.push_back(std::move(dataset));
  }
  return all;
}

Result<int> DatasetRepo::set_lineage(db::Tx& tx, const DatasetId& id, const Lineage& lineage) {
  return tx.run("UPDATE datasets SET lineage_json = :lineage WHERE id = :id",
                {{"lineage", schema::to_text(lineage)}, {"id", id}});
}

Result<int> DatasetRepo::set_text(db::Tx& tx, const DatasetId& id, const std::string& name,
                                  const std::string& description) {
  return tx.run("UPDATE datasets SET name = :name, description = :description WHERE id = :id AND deleted_ms IS NULL",
                {{"name", name}, {"description", description}, {"id", id}});
}

Result<void> DatasetRepo::set_job(db::Tx& tx, const DatasetId& id, const std::string& job_id) {
  AVA_CHECK(tx.run("UPDATE datasets SET job_id = :job WHERE id = :id", {{"job", job_id}, {"id", id}}));
  return {};
}

Result<int> DatasetRepo::succeed(db::Tx& tx, const DatasetId& id, const ImportedCounts& counts, TimeMs now) {
  constexpr auto kSucceed =
      "UPDATE datasets SET state = 'success', item_count = :items, reject_count = :rejects, byte_count = :bytes,"
      " labels_json = :labels, completed_ms = :now WHERE id = :id AND state = 'creating' AND deleted_ms IS NULL";
  return tx.run(kSucceed, {{"items", counts.item_count},
                           {"rejects", counts.reject_count},
                           {"bytes", counts.byte_count},
                           {"labels", schema::to_text(counts.labels)},
                           {"now", now},
                           {"id", id}});
}

Result<int> DatasetRepo::fail(db::Tx& tx, const DatasetId& id, const std::string& error_json, TimeMs now) {
  return tx.run(
      "UPDATE datasets SET state = 'failed', error_json = :error, completed_ms = :now WHERE id = :id"
      " AND state = 'creating' AND deleted_ms IS NULL",
      {{"error", error_json}, {"now", now}, {"id", id}});
}

Result<int> DatasetRepo::mark_deleted(db::Tx& tx, const DatasetId& id, TimeMs now) {
  // The set of a formatted dataset is the dataset: it goes along, and its objects with those of the dataset.
  constexpr auto kSets =
      "UPDATE formatted_sets SET deleted_ms = :now, purged_ms = :now WHERE dataset_id = :id AND deleted_ms IS NULL";
  AVA_CHECK(tx.run(kSets, {{"now", now}, {"id", id}}));
  return tx.run("UPDATE datasets SET deleted_ms = :now WHERE id = :id AND deleted_ms IS NULL",
                {{"now", now}, {"id", id}});
}

Result<std::vector<std::string>> DatasetRepo::in_bucket(db::Tx& tx, const user::BucketId& id) {
  AVA_TRY(const auto rows,
          tx.all("SELECT name FROM datasets WHERE bucket_id = :id AND purged_ms IS NULL LIMIT 100", {{"id", id}}));
  std::vector<std::string> words;
  for (const db::Row& row : rows) words.push_back("dataset " + row.text("name"));
  return words;
}

Result<std::vector<Dataset>> DatasetRepo::to_purge(db::Tx& tx) {
  // A job that is still running would write the objects again.
  static const std::string kToPurge =
      std::string(kSelectDatasets) +
      "LEFT JOIN jobs j ON j.id = d.job_id WHERE d.deleted_ms IS NOT NULL AND d.purged_ms IS NULL"
      " AND (j.id IS NULL OR j.state NOT IN ('queued', 'running')) ORDER BY d.id LIMIT 100";
  AVA_TRY(const auto rows, tx.all(kToPurge));
  std::vector<Dataset> all;
  for (const db::Row& row : rows) {
    AVA_TRY(Dataset dataset, dataset_in_row(row));
    all.push_back(std::move(dataset));
  }
  return all;
}

Result<void> DatasetRepo::mark_purged(db::Tx& tx, const DatasetId& id, TimeMs now) {
  AVA_CHECK(tx.run("UPDATE datasets SET purged_ms = :now WHERE id = :id", {{"now", now}, {"id", id}}));
  return {};
}

Result<std::vector<UsedBy>> DatasetRepo::used_by(db::Tx& tx, const DatasetId& id) {
  constexpr auto kUsers =
      "SELECT 'formatted_set' AS type, f.id AS id, f.format AS name FROM formatted_sets f"
      " JOIN datasets d ON d.id = f.dataset_id"
      " WHERE f.dataset_id = :id AND f.deleted_ms IS NULL AND d.kind = 'source'"
      " UNION SELECT 'training', t.id, t.name FROM trainings t JOIN formatted_sets f"
      " ON f.id = t.train_set_id OR f.id = t.val_set_id WHERE f.dataset_id = :id AND t.deleted_ms IS NULL"
      " UNION SELECT 'dataset', c.id, c.name FROM dataset_parents p JOIN datasets c ON c.id = p.dataset_id"
      " WHERE p.parent_id = :id AND c.deleted_ms IS NULL AND c.state <> 'failed' LIMIT 100";
  AVA_TRY(const auto rows, tx.all(kUsers, {{"id", id}}));
  std::vector<UsedBy> all;
  for (const db::Row& row : rows) all.push_back({row.text("type"), row.text("id"), row.text("name")});
  return all;
}

}  // namespace ava::dataset
