// Pictures as files of their own: written without a sync each, made durable all at once, read back whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ava::format {

/// Write a new file. Errors: `file.no_space`, `file.denied`, `file.io`.
Result<void> put_loose_file(const std::filesystem::path& path, std::string_view bytes);
/// Make everything written below `folder` durable. Cost: one sync of the file system.
Result<void> sync_loose_files(const std::filesystem::path& folder);
/// A picture written by put_loose_file. Errors: kCorrupt with `slug` when it is missing.
Result<std::string> read_loose_file(const std::filesystem::path& path, std::string_view slug);
/// Width of the number a picture is named by: six digits, or as many as the last of `count` needs.
int digits_of_names(std::uint64_t count);

}  // namespace ava::format
