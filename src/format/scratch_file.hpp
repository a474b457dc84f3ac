// What a writer must put behind something that is not written yet: kept in a file beside the set, so that no memory
// grows with it, and moved to its place at the end.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "base/result.hpp"
#include "format/out_file.hpp"

namespace ava::format {

/// Errors: those of OutFile. Thread: not thread-safe.
class ScratchFile {
 public:
  static Result<ScratchFile> create(const std::filesystem::path& path);
  Result<void> write(std::string_view bytes) { return out_.write(bytes); }
  /// Hand out all that was written, in pieces, and remove the file. Called once, last.
  Result<void> drain(const std::function<Result<void>(std::string_view piece)>& take);

 private:
  ScratchFile(OutFile out, std::filesystem::path path) : out_(std::move(out)), path_(std::move(path)) {}

  OutFile out_;
  std::filesystem::path path_;
};

}  // namespace ava::format
