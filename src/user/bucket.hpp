// Storage binding: a bucket is a named place (file:///srv/ava) where AVA keeps what users make.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "db/db.hpp"
#include "db/page.hpp"
#include "storage/all.hpp"
#include "storage/storage.hpp"
#include "user/user.hpp"

namespace ava::user {

/// A bound place. Its name is the first part of object URIs: qiniu:///<name>/<key>.
struct Bucket {
  static constexpr std::string_view kIdPrefix = "bk";
  Id<Bucket> id;
  std::string name;
  std::string uri;
  std::string kind;  ///< scheme of the uri
  bool is_default = false;
  schema::Time created_at;
  UserId created_by;  ///< not shown
};
using BucketId = Id<Bucket>;
void describe(schema::Visitor& v, Bucket& x);

struct BucketOptions {
  std::vector<std::filesystem::path>
      allowed_roots;                  ///< file: buckets must lie in one of them; empty: none may be bound
  std::filesystem::path config_file;  ///< keeps the keys of remote buckets, for workers too; empty: nowhere
  bool deny_private = false;          ///< remote: refuse hosts with private addresses
};

/// Binds places after proving that they work. Thread: any. Lifetime: the database and the clock outlive it.
class BucketService {
 public:
  /// Says who uses a bucket ("dataset cats"), for a refusal; empty when nobody does.
  using InUse = std::function<Result<std::vector<std::string>>(db::Tx&, const BucketId&)>;

  BucketService(db::Database& database, const Clock& clock, BucketOptions options);
  /// Nouns that keep things in buckets add their question at start-up.
  void ask_before_removal(InUse in_use) { in_use_.push_back(std::move(in_use)); }

  /// Bind a place, file:, s3: or qiniu:, after a probe object was written, read, listed and removed in it. The first
  /// bucket becomes the default. `keys` are of remote places; they are kept in the options' file only.
  /// Errors: `bucket.bad_name` (3 to 63 of a-z 0-9 -), `bucket.bad_uri`, `bucket.root_not_allowed`,
  /// `bucket.check_failed` (details: step, cause), `bucket.name_taken`, `bucket.uri_taken`.
  Result<Bucket> add(const Actor& actor, std::string_view name, std::string_view uri, bool is_default,
                     const storage::Credentials& keys = {});
  Result<db::Page<Bucket>> list(const db::PageRequest& page);
  /// Errors: `bucket.not_found`.
  Result<Bucket> find(const BucketId& id);
  Result<Bucket> find_by_name(std::string_view name);
  /// Errors: `bucket.none_bound` (kConflict).
  Result<Bucket> default_bucket();
  /// Only its binder or an admin may; the objects stay. Errors: `bucket.not_found`, `bucket.in_use`, `user.admin_only`.
  Result<void> remove(const Actor& actor, const BucketId& id);

  /// The storage behind a bucket, opened once and kept. Thread: any.
  Result<std::shared_ptr<storage::Storage>> open(const Bucket& bucket);
  /// Every bound bucket by name, for storage::Resolver.
  Result<std::map<std::string, std::shared_ptr<storage::Storage>, std::less<>>> open_all();

 private:
  Result<std::string> check_uri(std::string_view uri) const;
  Result<void> check_place(std::string_view uri, const storage::Credentials& keys) const;
  Result<void> insert(Bucket& bucket);
  /// Keep the keys of a remote bucket, or forget them (no keys).
  Result<void> keep_keys(const Bucket& bucket, const std::optional<storage::Credentials>& keys);

  db::Database& db_;
  const Clock& clock_;
  const BucketOptions options_;
  std::vector<InUse> in_use_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<storage::Storage>> opened_;
};

}  // namespace ava::user
