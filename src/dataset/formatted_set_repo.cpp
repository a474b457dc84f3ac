#include "dataset/formatted_set_repo.hpp"

namespace ava::dataset {

namespace {

// The counterpart of a training set is the validation set of the same batch and format, and the other way round.
constexpr std::string_view kSelectSets =
    "SELECT f.id, f.owner_id, u.name AS owner_name, f.dataset_id, d.name AS dataset_name, d.bucket_id,"
    " b.name AS bucket_name, f.batch, f.format, f.split, f.percent, f.shuffle, f.seed, f.resize, f.quality, f.label,"
    " f.state, f.progress, f.sample_count, f.class_count, f.byte_count, f.prefix, f.error_json, f.job_id,"
    " f.created_ms, f.completed_ms, (SELECT min(c.id) FROM formatted_sets c WHERE c.batch = f.batch AND"
    " c.format = f.format AND c.deleted_ms IS NULL AND ((f.split = 'train' AND c.split = 'val') OR"
    " (f.split = 'val' AND c.split = 'train'))) AS counterpart FROM formatted_sets f"
    " JOIN users u ON u.id = f.owner_id JOIN datasets d ON d.id = f.dataset_id JOIN buckets b ON b.id = d.bucket_id ";

Result<FormattedSet> set_in_row(const db::Row& row) {
  FormattedSet s;
  s.id = row.id<FormattedSetId>("id");
  s.dataset = {row.text("dataset_id"), row.text("dataset_name")};
  s.batch = row.text("batch");
  s.format = row.text("format");
  AVA_TRY(s.split, schema::value_of<Split>(row.text("split")));
  s.percent = row.real("percent");
  s.shuffle = row.boolean("shuffle");
  s.seed = row.integer("seed");
  s.resize = row.text("resize");
  s.quality = static_cast<int>(row.integer("quality"));
  s.label = row.text("label");
  AVA_TRY(s.state, schema::value_of<FormattedState>(row.text("state")));
  s.progress = row.real("progress");
  s.sample_count = row.integer("sample_count");
  s.class_count = row.integer("class_count");
  s.byte_count = row.integer("byte_count");
  s.prefix = row.text("prefix");
  s.uri = "qiniu:///" + row.text("bucket_name") + "/" + s.prefix + "/";
  s.counterpart_id = row.maybe_text("counterpart");
  s.error = schema::problem_from_text(row.maybe_text("error_json"));
  s.job_id = row.maybe_text("job_id");
  s.owner = {row.text("owner_id"), row.text("owner_name")};
  s.created_at = {row.integer("created_ms")};
  if (const auto ms = row.maybe_integer("completed_ms")) s.completed_at = schema::Time{*ms};
  s.bucket_id = row.id<Id<user::Bucket>>("bucket_id");
  return s;
}

Result<std::vector<FormattedSet>> sets_of(const std::vector<db::Row>& rows) {
  std::vector<FormattedSet> all;
  for (const db::Row& row : rows) {
    AVA_TRY(FormattedSet set, set_in_row(row));
    all.push_back(std::move(set));
  }
  return all;
}

}  // namespace

Result<void> FormattedSetRepo::insert(db::Tx& tx, const FormattedSet& s) {
  constexpr auto kInsert =
      "INSERT INTO formatted_sets (id, owner_id, dataset_id, batch, format, split, percent, shuffle, seed, resize,"
      " quality, label, state, progress, sample_count, class_count, byte_count, prefix, created_ms) VALUES (:id, "
      ":owner,"
      " :dataset, :batch, :format, :split, :percent, :shuffle, :seed, :resize, :quality, :label, :state, 0, 0, 0, 0,"
      " :prefix, :created)";
  AVA_CHECK(tx.run(kInsert, {{"id", s.id},
                             {"owner", s.owner.id},
                             {"dataset", s.dataset.id},
                             {"batch", s.batch},
                             {"format", s.format},
                             {"split", schema::name_of(s.split)},
                             {"percent", s.percent},
                             {"shuffle", s.shuffle ? 1 : 0},
                             {"seed", s.seed},
                             {"resize", s.resize},
                             {"quality", s.quality},
                             {"label", s.label},
                             {"state", schema::name_of(s.state)},
                             {"prefix", s.prefix},
                             {"created", s.created_at.ms}}));
  return {};
}

Result<std::optional<FormattedSet>> FormattedSetRepo::find(db::Tx& tx, const FormattedSetId& id, bool with_deleted) {
  static const std::string kFind = std::string(kSelectSets) + "WHERE f.id = :id AND (:all = 1 OR f.deleted_ms IS NULL)";
  AVA_TRY(const auto row, tx.one(kFind, {{"id", id}, {"all", with_deleted ? 1 : 0}}));
  if (!row) return std::optional<FormattedSet>{};
  AVA_TRY(FormattedSet set, set_in_row(*row));
  return std::optional<FormattedSet>(std::move(set));
}

Result<std::vector<FormattedSet>> FormattedSetRepo::list(db::Tx& tx, const SetFilter& filter) {
  static const std::string kList =
      std::string(kSelectSets) +
      "WHERE f.deleted_ms IS NULL AND (:cursor = '' OR f.id < :cursor)"
      " AND (:dataset = '' OR f.dataset_id = :dataset) AND (:state = '' OR f.state = :state)"
      " AND (:split = '' OR f.split = :split) ORDER BY f.id DESC LIMIT :rows";
  AVA_TRY(const auto rows, tx.all(kList, {{"cursor", filter.page.cursor},
                                          {"dataset", filter.dataset_id},
                                          {"state", filter.state},
                                          {"split", filter.split},
                                          {"rows", filter.page.rows()}}));
  return sets_of(rows);
}

Result<std::vector<FormattedSet>> FormattedSetRepo::of_batch(db::Tx& tx, const std::string& batch) {
  static const std::string kOfBatch =
      std::string(kSelectSets) + "WHERE f.batch = :batch AND f.deleted_ms IS NULL ORDER BY f.id";
  AVA_TRY(const auto rows, tx.all(kOfBatch, {{"batch", batch}}));
  return sets_of(rows);
}

Result<void> FormattedSetRepo::set_job(db::Tx& tx, const std::string& batch, const std::string& job_id) {
  AVA_CHECK(
      tx.run("UPDATE formatted_sets SET job_id = :job WHERE batch = :batch", {{"job", job_id}, {"batch", batch}}));
  return {};
}

Result<void> FormattedSetRepo::set_progress(db::Tx& tx, const std::string& batch, double progress) {
  AVA_CHECK(tx.run("UPDATE formatted_sets SET progress = :progress WHERE batch = :batch AND state = 'creating'",
                   {{"progress", progress}, {"batch", batch}}));
  return {};
}

Result<void> FormattedSetRepo::finish(db::Tx& tx, const FormattedSetId& id, const WrittenSet& written, TimeMs now) {
  constexpr auto kFinish =
      "UPDATE formatted_sets SET state = 'done', progress = 1, sample_count = :samples, class_count = :classes,"
      " byte_count = :bytes, percent = :percent, completed_ms = :now WHERE id = :id AND state = 'creating'";
  AVA_CHECK(tx.run(kFinish, {{"samples", written.sample_count},
                             {"classes", written.class_count},
                             {"bytes", written.byte_count},
                             {"percent", written.percent},
                             {"now", now},
                             {"id", id}}));
  return {};
}

Result<void> FormattedSetRepo::fail_batch(db::Tx& tx, const std::string& batch, const std::string& error_json,
                                          TimeMs now) {
  AVA_CHECK(
      tx.run("UPDATE formatted_sets SET state = 'failed', error_json = :error, completed_ms = :now WHERE batch = :batch"
             " AND state = 'creating'",
             {{"error", error_json}, {"now", now}, {"batch", batch}}));
  return {};
}

Result<int> FormattedSetRepo::mark_deleted(db::Tx& tx, const FormattedSetId& id, TimeMs now) {
  return tx.run("UPDATE formatted_sets SET deleted_ms = :now WHERE id = :id AND deleted_ms IS NULL",
                {{"now", now}, {"id", id}});
}

Result<std::vector<FormattedSet>> FormattedSetRepo::to_purge(db::Tx& tx) {
  static const std::string kToPurge =
      std::string(kSelectSets) + "WHERE f.deleted_ms IS NOT NULL AND f.purged_ms IS NULL ORDER BY f.id LIMIT 100";
  AVA_TRY(const auto rows, tx.all(kToPurge));
  return sets_of(rows);
}

Result<void> FormattedSetRepo::mark_purged(db::Tx& tx, const FormattedSetId& id, TimeMs now) {
  AVA_CHECK(tx.run("UPDATE formatted_sets SET purged_ms = :now WHERE id = :id", {{"now", now}, {"id", id}}));
  return {};
}

Result<std::vector<UsedBy>> FormattedSetRepo::used_by(db::Tx& tx, const FormattedSetId& id) {
  constexpr auto kUsers =
      "SELECT id, name FROM trainings WHERE (train_set_id = :id OR val_set_id = :id) AND deleted_ms IS NULL"
      " AND state IN ('queued', 'creating', 'running') LIMIT 100";
  AVA_TRY(const auto rows, tx.all(kUsers, {{"id", id}}));
  std::vector<UsedBy> all;
  for (const db::Row& row : rows) all.push_back({"training", row.text("id"), row.text("name")});
  return all;
}

}  // namespace ava::dataset
