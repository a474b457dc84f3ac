// Small file operations that are atomic and say what failed: temp name + fsync + rename.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ava::file {

namespace fs = std::filesystem;

/// Whole file as bytes. Errors: `file.not_found`, `file.too_large` above `limit_bytes`, `file.io`.
Result<std::string> read(const fs::path& path, std::uint64_t limit_bytes = 64u << 20);
/// Write so that a reader sees the old or the new content, never a part; survives a crash after return.
/// Errors: `file.no_space`, `file.denied`, `file.io`.
Result<void> write_atomic(const fs::path& path, std::string_view bytes, unsigned mode = 0644);
/// fsync a folder, so that names made in it survive a crash.
Result<void> sync_dir(const fs::path& path);
Result<void> make_dirs(const fs::path& path);
/// Remove a file or a tree; absent is fine.
Result<void> remove_tree(const fs::path& path);
/// Rename within one file system and sync the parent.
Result<void> move(const fs::path& from, const fs::path& to);
/// errno as an Error: ENOENT `file.not_found`, ENOSPC/EDQUOT `file.no_space`, EACCES/EPERM `file.denied`, else
/// `file.io`.
Error error_of(int errno_value, std::string_view what, const fs::path& path);

/// True when `name` is a relative path of plain segments: no "..", no ".", no empty segment, no leading '/', no NUL,
/// no control character and valid UTF-8. What comes from a user or an archive must pass here before it names a file.
bool is_safe_relative(std::string_view name);
/// True for well-formed UTF-8 (no overlong forms, no surrogates); `bad_at` gets the byte offset of the first bad byte.
bool is_utf8(std::string_view text, std::size_t* bad_at = nullptr);

}  // namespace ava::file
