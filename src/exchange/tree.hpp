// The files an importer reads: a folder of this machine or a prefix of a bucket, read-only, by names relative to it.
// Archives are unpacked first and then are such a folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "storage/storage.hpp"

namespace ava::exchange {

/// Thread: any. Errors: those of storage::Storage. Names with path tricks are refused (`storage.bad_key`).
class Tree {
 public:
  /// `prefix` is "" or ends in '/'.
  Tree(std::shared_ptr<const storage::Storage> storage, std::string prefix)
      : storage_(std::move(storage)), prefix_(std::move(prefix)) {}
  /// Errors: `storage.root_missing`.
  static Result<Tree> of_folder(const std::filesystem::path& folder);

  using Visit = std::function<Result<void>(std::string_view name)>;
  /// Every file below `folder` ("" or ending in '/') in byte order of the names.
  Result<void> walk(std::string_view folder, const Visit& visit, const std::stop_token& stop = {}) const;
  /// Names right below `folder`, folders with their '/', at most `limit`.
  Result<std::vector<std::string>> names(std::string_view folder, std::size_t limit) const;
  Result<std::string> read(std::string_view name, std::uint64_t limit_bytes) const;
  /// The first bytes; fewer when the file is shorter.
  Result<std::string> head(std::string_view name, std::size_t bytes) const;
  Result<std::unique_ptr<storage::Reader>> open(std::string_view name) const;
  bool has(std::string_view name) const;
  /// Where the file lies on this machine; empty for remote storage.
  std::optional<std::filesystem::path> local_path(std::string_view name) const;
  /// The tree that begins at `folder` (ending in '/').
  Tree below(std::string_view folder) const { return {storage_, prefix_ + std::string(folder)}; }

 private:
  std::shared_ptr<const storage::Storage> storage_;
  std::string prefix_;
};

/// Join a name to the folder it was written in: slashes of Windows, "." and ".." are resolved. Empty when it leads out
/// of the tree, is absolute or is no UTF-8.
std::string resolve_name(std::string_view folder, std::string_view name);
/// "a/b/" of "a/b/c.xml"; "" at the top.
std::string_view folder_of(std::string_view name);
/// "c.xml" of "a/b/c.xml"; also behind the slashes of Windows.
std::string_view base_of(std::string_view name);
/// "a/b/c" of "a/b/c.xml".
std::string_view without_ending(std::string_view name);

}  // namespace ava::exchange
