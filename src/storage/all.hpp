// The storage drivers by URI scheme: one line per driver in all.cpp.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "remote/sigv4.hpp"
#include "storage/storage.hpp"

namespace ava::storage {

using remote::Credentials;

/// Where keys come from: `keys`, else the entry of the storage configuration with this address; where there is no
/// configuration, the environment (AWS_*, QINIU_*); else none: a public bucket.
struct OpenOptions {
  bool create_root = true;    ///< file: make the root folder when it is missing
  bool deny_private = false;  ///< refuse loopback, private and link-local hosts (a server fetching for users)
  std::optional<remote::Credentials> keys;  ///< s3, qiniu
  std::filesystem::path config_file;        ///< storage_config.hpp; empty: what AVA_STORAGE_CONFIG names
};

/// Open the storage a bucket URI names: "file:///srv/ava", "/srv/ava", "http://host/folder/", "s3://bucket/folder?...",
/// "qiniu:///bucket/folder?...".
/// Errors: `storage.unknown_scheme`, `storage.bad_uri`, `storage_config.bad`, and those of the driver.
Result<std::shared_ptr<Storage>> open(std::string_view uri, const OpenOptions& options = {});
/// Schemes open() takes, for messages and forms.
std::vector<std::string_view> schemes();

}  // namespace ava::storage
