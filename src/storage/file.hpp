// Storage in a folder of this machine: the embedded default. A key is a path below the root.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/result.hpp"
#include "storage/storage.hpp"

namespace ava::storage {

/// Names starting so are unfinished objects: list() hides them, keys may not contain them.
inline constexpr std::string_view kTempPrefix = ".ava-tmp";

/// When a committed object survives a power cut: at its commit, or at the next sync_all() of its file system. The
/// second is for folders that are published whole: one sync instead of two per small picture.
enum class Durability : std::uint8_t { kAtCommit, kAtSync };

/// Open the storage rooted at `root`. Symbolic links are followed only while they stay below the root.
/// Errors: `storage.root_missing` (when `create_root` is false), `file.denied`, `file.io`.
Result<std::shared_ptr<Storage>> open_file(const std::filesystem::path& root, bool create_root = true,
                                           Durability durability = Durability::kAtCommit);
/// Make everything on the file system of `folder` durable. Errors: `file.io`.
Result<void> sync_all(const std::filesystem::path& folder);

}  // namespace ava::storage
