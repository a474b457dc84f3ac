#include "storage/storage_config.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <initializer_list>

#include "base/file.hpp"
#include "schema/json.hpp"

namespace ava::storage {

namespace {

constexpr std::uint64_t kFileLimit = 16u << 20;

/// The first of these variables that is set.
std::string variable(std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;  // NOLINT
  return {};
}

remote::Credentials keys_of_environment(KeyKind kind) {
  if (kind == KeyKind::kKodo) return {variable({"QINIU_ACCESS_KEY"}), variable({"QINIU_SECRET_KEY"}), {}};
  return {variable({"AWS_ACCESS_KEY_ID"}), variable({"AWS_SECRET_ACCESS_KEY"}), variable({"AWS_SESSION_TOKEN"})};
}

}  // namespace

void describe(schema::Visitor& v, BucketEntry& x) {
  v.type("BucketEntry");
  v.field("uri", x.uri);
  v.field("access_key", x.access_key, {.required = false});
  v.field("secret_key", x.secret_key, {.required = false});
  v.field("session_token", x.session_token, {.required = false});
}

void describe(schema::Visitor& v, StorageConfig& x) {
  v.type("StorageConfig");
  v.field("buckets", x.buckets);
  v.field("deny_private", x.deny_private, {.required = false});
}

Result<StorageConfig> load_storage_config(const std::filesystem::path& path) {
  AVA_TRY(const std::string text, file::read(path, kFileLimit));
  auto config = schema::from_text<StorageConfig>(text);
  if (config.ok()) return config;
  // Not the parser's sentence: it may quote a key.
  return Error(ErrorCode::kInvalidArgument, "storage_config.bad",
               fmt::format("'{}' is no storage configuration (at '{}')", path.string(), config.error().pointer()))
      .hint(R"(write {"buckets": {"name": {"uri": "s3://...", "access_key": "...", "secret_key": "..."}}})");
}

Result<void> save_storage_config(const std::filesystem::path& path, const StorageConfig& config) {
  return file::write_atomic(path, schema::to_text(config) + "\n", 0600);
}

Result<Access> access_of(std::string_view uri, KeyKind kind, const OpenOptions& options) {
  Access access{{}, options.deny_private, {}};
  if (options.keys) {
    access.keys = *options.keys;
    return access;
  }
  const std::filesystem::path file =
      options.config_file.empty() ? std::filesystem::path(variable({kConfigVariable})) : options.config_file;
  if (file.empty()) {
    access.keys = keys_of_environment(kind);
    access.defaults = {variable({"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}),
                       variable({"AWS_REGION", "AWS_DEFAULT_REGION"})};
    return access;
  }
  AVA_TRY(const StorageConfig config, load_storage_config(file));
  access.deny_private = access.deny_private || config.deny_private;
  for (const auto& [name, entry] : config.buckets)
    if (entry.uri == uri) access.keys = {entry.access_key, entry.secret_key, entry.session_token};
  return access;
}

}  // namespace ava::storage
