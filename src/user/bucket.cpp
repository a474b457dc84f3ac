#include "user/bucket.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "storage/all.hpp"
#include "storage/kodo.hpp"
#include "storage/probe.hpp"
#include "storage/s3.hpp"
#include "storage/storage_config.hpp"
#include "user/bucket_repo.hpp"

namespace ava::user {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kFileScheme = "file://";

Error no_bucket() { return Error(ErrorCode::kNotFound, "bucket.not_found", "no such bucket"); }

Result<void> check_bucket_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  const bool good = name.size() >= 3 && name.size() <= 63 && std::all_of(name.begin(), name.end(), plain) &&
                    name.front() != '-' && name.back() != '-';
  if (good) return {};
  return Error(ErrorCode::kInvalidArgument, "bucket.bad_name",
               "a bucket name has 3 to 63 of a-z, 0-9 and -, and neither begins nor ends with -")
      .at("/name");
}

Error check_failed(std::string_view step, const Error& cause) {
  return Error(ErrorCode::kInvalidArgument, "bucket.check_failed", std::string(step) + ": " + cause.text())
      .at("/uri")
      .hint(cause.hint())
      .detail("step", step)
      .detail("cause", cause.slug());
}

bool is_remote(std::string_view uri) { return uri.starts_with("s3://") || uri.starts_with("qiniu://"); }

/// The path as it really is, with symbolic links followed as far as it exists.
fs::path real_path(const fs::path& path) {
  std::error_code failed;
  fs::path real = fs::weakly_canonical(path, failed);
  if (failed) real = path.lexically_normal();
  if (!real.has_filename() && real != real.root_path()) real = real.parent_path();  // no '/' at the end
  return real;
}

bool lies_in(const fs::path& path, const fs::path& root) {
  const auto [in_root, in_path] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return in_root == root.end();
}

}  // namespace

void describe(schema::Visitor& v, Bucket& x) {
  v.type("Bucket");
  v.field("id", x.id);
  v.field("name", x.name);
  v.field("uri", x.uri);
  v.field("kind", x.kind);
  v.field("is_default", x.is_default);
  v.field("created_at", x.created_at);
}

BucketService::BucketService(db::Database& database, const Clock& clock, BucketOptions options)
    : db_(database), clock_(clock), options_([&] {
        for (fs::path& root : options.allowed_roots) root = real_path(root);
        return std::move(options);
      }()) {
  if (options_.config_file.empty()) return;
  // Made here even when it will stay empty: a worker that finds it takes no keys from the environment.
  auto config = storage::load_storage_config(options_.config_file);
  if (!config.ok() && config.error().code() == ErrorCode::kNotFound) config = storage::StorageConfig{};
  if (config.ok()) config->deny_private = options_.deny_private;
  const auto saved = config.ok() ? storage::save_storage_config(options_.config_file, *config) : config.error();
  if (!saved.ok()) log::warn("bucket", "keys of storage: {}", saved.error().text());
}

Result<std::string> BucketService::check_uri(std::string_view uri) const {
  const auto bad = [](std::string_view why) {
    return Error(ErrorCode::kInvalidArgument, "bucket.bad_uri", why).at("/uri");
  };
  if (is_remote(uri)) {
    const auto s3 = uri.starts_with("s3:") ? storage::parse_s3_uri(uri) : remote::S3Config{};
    const auto kodo = uri.starts_with("qiniu:") ? storage::parse_kodo_uri(uri) : remote::KodoConfig{};
    if (!s3.ok()) return bad(s3.error().message());
    if (!kodo.ok()) return bad(kodo.error().message());
    return std::string(uri);
  }
  const std::string_view path_text =
      uri.substr(0, kFileScheme.size()) == kFileScheme ? uri.substr(kFileScheme.size()) : uri;
  const fs::path path(path_text);
  if (!path.is_absolute()) return bad("write file:///absolute/path, s3://bucket?endpoint=... or qiniu:///bucket");
  if (path_text.find('\0') != std::string_view::npos || path_text.size() > 1024) return bad("this is no path");
  const fs::path real = real_path(path);
  for (const fs::path& root : options_.allowed_roots)
    if (lies_in(real, root)) return std::string(kFileScheme) + real.string();
  std::string roots;
  for (const fs::path& root : options_.allowed_roots) roots += (roots.empty() ? "" : ", ") + root.string();
  return Error(ErrorCode::kPermissionDenied, "bucket.root_not_allowed", real.string() + " lies in no allowed folder")
      .at("/uri")
      .hint("Folders the server allows: " + (roots.empty() ? "none" : roots) + ".");
}

Result<void> BucketService::check_place(std::string_view uri, const storage::Credentials& keys) const {
  storage::OpenOptions options;
  options.deny_private = options_.deny_private;
  if (is_remote(uri)) options.keys = keys;
  const auto storage = storage::open(uri, options);
  if (!storage.ok()) return check_failed("open", storage.error());
  const auto proven = storage::probe(**storage);
  return proven.ok() ? Result<void>() : check_failed(proven.error().details().at("step"), proven.error());
}

Result<void> BucketService::keep_keys(const Bucket& bucket, const std::optional<storage::Credentials>& keys) {
  if (options_.config_file.empty() || !is_remote(bucket.uri)) return {};
  const std::lock_guard lock(mutex_);
  AVA_TRY(storage::StorageConfig config, storage::load_storage_config(options_.config_file));
  if (keys)
    config.buckets[bucket.name] = {bucket.uri, keys->access_key, keys->secret_key, keys->session_token};
  else
    config.buckets.erase(bucket.name);
  return storage::save_storage_config(options_.config_file, config);
}

Result<void> BucketService::insert(Bucket& bucket) {
  return db_.write([&](db::Tx& tx) -> Result<void> {
    AVA_TRY(const auto same_name, bucket_repo::find_by_name(tx, bucket.name));
    if (same_name.has_value())
      return Error(ErrorCode::kConflict, "bucket.name_taken", "a bucket has this name").at("/name");
    AVA_TRY(const auto same_uri, bucket_repo::find_by_uri(tx, bucket.uri));
    if (same_uri.has_value())
      return Error(ErrorCode::kConflict, "bucket.uri_taken", "this place is bound as '" + same_uri->name + "'")
          .at("/uri");
    AVA_TRY(const auto current, bucket_repo::find_default(tx));
    bucket.is_default = bucket.is_default || !current.has_value();
    if (bucket.is_default) AVA_CHECK(bucket_repo::clear_default(tx));
    return bucket_repo::add(tx, bucket);
  });
}

Result<Bucket> BucketService::add(const Actor& actor, std::string_view name, std::string_view uri, bool is_default,
                                  const storage::Credentials& keys) {
  AVA_CHECK(require_person(actor));
  AVA_CHECK(check_bucket_name(name));
  AVA_TRY(const std::string clean, check_uri(uri));
  AVA_CHECK(check_place(clean, keys));
  Bucket bucket{BucketId::make(), std::string(name), clean,        clean.substr(0, clean.find(':')),
                is_default,       {clock_.now_ms()}, actor.user.id};
  AVA_CHECK(insert(bucket));
  if (auto kept = keep_keys(bucket, keys); !kept.ok()) {
    (void)db_.write([&](db::Tx& tx) { return bucket_repo::remove(tx, bucket.id); }).ok();
    return kept.error();
  }
  return bucket;
}

Result<db::Page<Bucket>> BucketService::list(const db::PageRequest& page) {
  AVA_TRY(auto buckets, db_.read([&](db::Tx& tx) { return bucket_repo::list(tx, page); }));
  return db::make_page(std::move(buckets), page, [](const Bucket& bucket) { return bucket.id.str(); });
}

Result<Bucket> BucketService::find(const BucketId& id) {
  AVA_TRY(auto bucket, db_.read([&](db::Tx& tx) { return bucket_repo::find(tx, id); }));
  if (!bucket.has_value()) return no_bucket();
  return *std::move(bucket);
}

Result<Bucket> BucketService::find_by_name(std::string_view name) {
  AVA_TRY(auto bucket, db_.read([&](db::Tx& tx) { return bucket_repo::find_by_name(tx, name); }));
  if (!bucket.has_value()) return no_bucket().detail("name", name);
  return *std::move(bucket);
}

Result<Bucket> BucketService::default_bucket() {
  AVA_TRY(auto bucket, db_.read([&](db::Tx& tx) { return bucket_repo::find_default(tx); }));
  if (!bucket.has_value())
    return Error(ErrorCode::kConflict, "bucket.none_bound", "no storage is bound yet")
        .hint("Bind a storage space first.");
  return *std::move(bucket);
}

Result<void> BucketService::remove(const Actor& actor, const BucketId& id) {
  AVA_CHECK(require_person(actor));
  std::optional<Bucket> bucket;
  const auto unbind = [&](db::Tx& tx) -> Result<void> {
    AVA_TRY(bucket, bucket_repo::find(tx, id));
    if (!bucket.has_value()) return no_bucket();
    if (bucket->created_by != actor.user.id) AVA_CHECK(require_admin(actor));
    for (const InUse& ask : in_use_) {
      AVA_TRY(const auto users, ask(tx, id));
      if (!users.empty())
        return Error(ErrorCode::kConflict, "bucket.in_use", "the bucket is used by " + users.front())
            .detail("user", users.front())
            .detail("count", std::to_string(users.size()));
    }
    AVA_CHECK(bucket_repo::remove(tx, id));
    if (!bucket->is_default) return {};
    AVA_TRY(const auto next, bucket_repo::find_oldest(tx));
    return next.has_value() ? bucket_repo::set_default(tx, next->id) : Result<void>();
  };
  AVA_CHECK(db_.write(unbind));
  AVA_CHECK(keep_keys(*bucket, std::nullopt));
  const std::lock_guard lock(mutex_);
  opened_.erase(id.str());
  return {};
}

Result<std::shared_ptr<storage::Storage>> BucketService::open(const Bucket& bucket) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = opened_.find(bucket.id.str()); known != opened_.end()) return known->second;
  }
  storage::OpenOptions options;
  options.config_file = options_.config_file;
  options.deny_private = options_.deny_private;
  AVA_TRY(auto storage, storage::open(bucket.uri, options));
  const std::lock_guard lock(mutex_);
  return opened_.emplace(bucket.id.str(), std::move(storage)).first->second;
}

Result<std::map<std::string, std::shared_ptr<storage::Storage>, std::less<>>> BucketService::open_all() {
  std::map<std::string, std::shared_ptr<storage::Storage>, std::less<>> all;
  db::PageRequest request{500, ""};
  while (true) {
    AVA_TRY(const auto page, list(request));
    for (const Bucket& bucket : page.items) {
      AVA_TRY(auto storage, open(bucket));
      all.emplace(bucket.name, std::move(storage));
    }
    if (!page.next_cursor.has_value()) return all;
    request.cursor = *page.next_cursor;
  }
}

}  // namespace ava::user
