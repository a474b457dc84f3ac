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
};
void describe(schema::Visitor& v, BucketEntry& x);

/// {"buckets": {"shop": {"uri": "s3://shop?endpoint=...", "access_key": "...", "secret_key": "..."}}}
struct StorageConfig {
  std::map<std::string, BucketEntry> buckets;  ///< by the name in qiniu:///<name>/...
  bool deny_private = false;                   ///< hosts of these buckets may not be private addresses
};
void describe(schema::Visitor& v, StorageConfig& x);

/// Errors: `file.not_found`, `storage_config.bad`; neither quotes the file.
Result<StorageConfig> load_storage_config(const std::filesystem::path& path);
/// Written whole, readable for the owner only.
Result<void> save_storage_config(const std::filesystem::path& path, const StorageConfig& config);

enum class KeyKind : unsigned char { kS3, kKodo };
/// With what an address is opened.
struct Access {
  remote::Credentials keys;
  bool deny_private = false;
  S3Defaults defaults;  ///< of the environment
};
/// A configuration counts alone: where there is one, the environment's keys are those of somebody else.
/// Environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION or AWS_DEFAULT_REGION,
/// AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL; QINIU_ACCESS_KEY, QINIU_SECRET_KEY.
Result<Access> access_of(std::string_view uri, KeyKind kind, const OpenOptions& options);
/// The environment variable that names the configuration of this process and of those it starts.
inline constexpr const char* kConfigVariable = "AVA_STORAGE_CONFIG";

}  // namespace ava::storage
