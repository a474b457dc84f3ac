#include "format/shard_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/file.hpp"

namespace ava::format {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> shards_in(const fs::path& folder, std::string_view ending, std::string_view slug) {
  std::vector<fs::path> shards;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed); !failed && at != fs::directory_iterator(); at.increment(failed))
    if (at->path().extension() == ending) shards.push_back(at->path());
  if (failed) return file::error_of(failed.value(), "walk", folder);
  if (shards.empty()) return Error(ErrorCode::kCorrupt, slug, fmt::format("no *{} in {}", ending, folder.string()));
  // A longer name has a larger number: numbers outgrow their width.
  std::sort(shards.begin(), shards.end(), [](const fs::path& a, const fs::path& b) {
    return std::pair(a.native().size(), a.native()) < std::pair(b.native().size(), b.native());
  });
  return shards;
}

}  // namespace ava::format
