// The storage drivers by URI scheme: one line per driver in all.cpp.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "storage/storage.hpp"

namespace ava::storage {

struct OpenOptions {
  bool create_root = true;    ///< file: make the root folder when it is missing
  bool deny_private = false;  ///< http: refuse loopback, private and link-local addresses (a server fetching for users)
};

/// Open the storage a bucket URI names: "file:///srv/ava", "/srv/ava", "http://host/folder/".
/// Errors: `storage.unknown_scheme`, `storage.bad_uri`, and those of the driver.
Result<std::shared_ptr<Storage>> open(std::string_view uri, const OpenOptions& options = {});
/// Schemes open() takes, for messages and forms.
std::vector<std::string_view> schemes();

}  // namespace ava::storage
