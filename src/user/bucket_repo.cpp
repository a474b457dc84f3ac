#include "user/bucket_repo.hpp"

namespace ava::user::bucket_repo {

namespace {

constexpr auto kAdd =
    "INSERT INTO buckets (id, name, uri, kind, is_default, created_by, created_ms) "
    "VALUES (:id, :name, :uri, :kind, :is_default, :by, :now)";
constexpr auto kFind = "SELECT * FROM buckets WHERE id = :id";
constexpr auto kFindByName = "SELECT * FROM buckets WHERE name = :name";
constexpr auto kFindByUri = "SELECT * FROM buckets WHERE uri = :uri LIMIT 1";
constexpr auto kFindDefault = "SELECT * FROM buckets WHERE is_default = 1";
constexpr auto kFindOldest = "SELECT * FROM buckets ORDER BY id LIMIT 1";
constexpr auto kListFirst = "SELECT * FROM buckets ORDER BY id DESC LIMIT :rows";
constexpr auto kListNext = "SELECT * FROM buckets WHERE id < :cursor ORDER BY id DESC LIMIT :rows";
constexpr auto kClearDefault = "UPDATE buckets SET is_default = 0 WHERE is_default = 1";
constexpr auto kSetDefault = "UPDATE buckets SET is_default = 1 WHERE id = :id";
constexpr auto kRemove = "DELETE FROM buckets WHERE id = :id";

Bucket read_bucket(const db::Row& row) {
  Bucket bucket;
  bucket.id = row.id<BucketId>("id");
  bucket.name = row.text("name");
  bucket.uri = row.text("uri");
  bucket.kind = row.text("kind");
  bucket.is_default = row.boolean("is_default");
  bucket.created_at.ms = row.integer("created_ms");
  bucket.created_by = row.id<UserId>("created_by");
  return bucket;
}

Result<std::optional<Bucket>> one(db::Tx& tx, std::string_view sql, std::initializer_list<db::Param> params = {}) {
  AVA_TRY(const auto row, tx.one(sql, params));
  if (!row.has_value()) return std::optional<Bucket>();
  return std::optional<Bucket>(read_bucket(*row));
}

}  // namespace

Result<void> add(db::Tx& tx, const Bucket& bucket) {
  AVA_CHECK(tx.run(kAdd, {{"id", bucket.id},
                          {"name", bucket.name},
                          {"uri", bucket.uri},
                          {"kind", bucket.kind},
                          {"is_default", bucket.is_default},
                          {"by", bucket.created_by},
                          {"now", bucket.created_at.ms}}));
  return {};
}

Result<std::optional<Bucket>> find(db::Tx& tx, const BucketId& id) { return one(tx, kFind, {{"id", id}}); }
Result<std::optional<Bucket>> find_by_name(db::Tx& tx, std::string_view name) {
  return one(tx, kFindByName, {{"name", name}});
}
Result<std::optional<Bucket>> find_by_uri(db::Tx& tx, std::string_view uri) {
  return one(tx, kFindByUri, {{"uri", uri}});
}
Result<std::optional<Bucket>> find_default(db::Tx& tx) { return one(tx, kFindDefault); }
Result<std::optional<Bucket>> find_oldest(db::Tx& tx) { return one(tx, kFindOldest); }

Result<std::vector<Bucket>> list(db::Tx& tx, const db::PageRequest& page) {
  AVA_TRY(const auto rows, page.cursor.empty() ? tx.all(kListFirst, {{"rows", page.rows()}})
                                               : tx.all(kListNext, {{"cursor", page.cursor}, {"rows", page.rows()}}));
  std::vector<Bucket> buckets;
  for (const db::Row& row : rows) buckets.push_back(read_bucket(row));
  return buckets;
}

Result<void> clear_default(db::Tx& tx) {
  AVA_CHECK(tx.run(kClearDefault));
  return {};
}
Result<void> set_default(db::Tx& tx, const BucketId& id) {
  AVA_CHECK(tx.run(kSetDefault, {{"id", id}}));
  return {};
}
Result<void> remove(db::Tx& tx, const BucketId& id) {
  AVA_CHECK(tx.run(kRemove, {{"id", id}}));
  return {};
}

}  // namespace ava::user::bucket_repo
