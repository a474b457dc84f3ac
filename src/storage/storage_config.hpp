// Where the keys of buckets come from: a file that lists buckets with their addresses and keys (offline: written by the
// user; a server keeps one for its workers), or the environment. Keys are never in an address, a database or a log.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "schema/schema.hpp"
#include "storage/all.hpp"
#include "storage/s3.hpp"

namespace ava::storage {

/// One bucket of the file.
struct BucketEntry {
  std::string uri;
  std::string access_key;
  std::string secret_key;
  std::string session_token;
  bool allow_private = false;  ///< the host may be a private address even where those are refused
};
void describe(schema::Visitor& v, BucketEntry& x);

/// {"buckets": {"shop": {"uri": "s3://shop?endpoint=...", "access_key": "...", "secret_key": "..."}}}
struct StorageConfig {
  std::map<std::string, BucketEntry> buckets;  ///< by the name in qiniu:///<name>/...
};
void describe(schema::Visitor& v, StorageConfig& x);

/// Errors: `file.not_found`, `storage_config.bad`; neither quotes the file.
Result<StorageConfig> load_storage_config(const std::filesystem::path& path);
/// Written whole, readable for the owner only.
Result<void> save_storage_config(const std::filesystem::path& path, const StorageConfig& config);

enum class KeyKind : unsigned char { kS3, kKodo };
/// Keys for an address and whether its host may be private.
struct Access {
  Credentials keys;
  bool allow_private = false;
};
Result<Access> access_of(std::string_view uri, KeyKind kind, const OpenOptions& options);
/// AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, AWS_REGION or AWS_DEFAULT_REGION.
S3Defaults s3_defaults_of_environment();

}  // namespace ava::storage
