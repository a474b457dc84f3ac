// Storage in a folder of this machine: the embedded default. A key is a path below the root.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.hpp"
#include "storage/storage.hpp"

namespace ava::storage {

/// Names starting so are unfinished objects: list() hides them, keys may not contain them.
inline constexpr std::string_view kTempPrefix = ".ava-tmp";

/// Open the storage rooted at `root`. Symbolic links are followed only while they stay below the root.
/// Errors: `storage.root_missing` (when `create_root` is false), `file.denied`, `file.io`.
Result<std::shared_ptr<Storage>> open_file(const std::filesystem::path& root, bool create_root = true);

}  // namespace ava::storage
