// The shard files of a set in order, found by their names: "train-000000.tar", "shard.00000.mds".
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ava::format {

/// The files of `folder` with this ending, by number. Errors: `file.not_found`, kCorrupt `slug` when there is none.
Result<std::vector<std::filesystem::path>> shards_in(const std::filesystem::path& folder, std::string_view ending,
                                                     std::string_view slug);

}  // namespace ava::format
