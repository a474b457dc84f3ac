// Makes list lines from pictures in folders: one folder per class (deeper folders belong to the first), or no label.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sample/list_reader.hpp"

namespace ava::sample {

struct FolderOptions {
  std::string url_prefix;       ///< put before the relative name, e.g. "qiniu:///bucket/prefix/"; empty: relative urls
  std::string label = "class";  ///< classification label to write
  bool labelled = true;         ///< false: every picture unlabelled, whatever its folder
};

struct FolderCounts {
  std::uint64_t seen = 0;  ///< files; seen = items + rejected + ignored
  std::uint64_t items = 0;
  std::uint64_t unlabelled = 0;  ///< items at the top level
  std::uint64_t rejected = 0;
  std::uint64_t ignored = 0;  ///< hidden files and well-known side files (LICENSE, README, Thumbs.db, *.txt ...)
};

/// Turn one relative name ("猫/a/1.jpg") into a line, or a reject, or nothing. Feed it names of a folder, of a bucket
/// prefix or of an archive. Thread: not thread-safe.
class FolderImport {
 public:
  explicit FolderImport(FolderOptions options) : options_(std::move(options)) {}
  enum class Outcome : std::uint8_t { kItem, kRejected, kIgnored };
  /// kItem: `line` holds the line with LF. kRejected: `reject` says why (`name_not_utf8`, `name.line_break`,
  /// `not_a_picture`).
  Outcome add(std::string_view relative_name, std::string& line, Reject& reject);
  const FolderCounts& counts() const { return counts_; }

 private:
  FolderOptions options_;
  FolderCounts counts_;
};

/// Walk a folder in byte order of its names and hand out lines and rejects. Links out of the folder are not followed.
/// Errors: `file.not_found`, `folder.no_pictures`, and those of the callbacks.
Result<FolderCounts> import_folder(const std::filesystem::path& root, const FolderOptions& options,
                                   const std::function<Result<void>(std::string_view line)>& on_line,
                                   const std::function<Result<void>(const Reject&)>& on_reject,
                                   const std::stop_token& stop = {});

}  // namespace ava::sample
