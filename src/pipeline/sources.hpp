// Opens what a spec names: the resolver of picture urls, the list as a file that can be read at any place, the folder
// or bucket prefix of the result.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "pipeline/specs.hpp"
#include "sample/list_reader.hpp"
#include "storage/resolver.hpp"

namespace ava::pipeline {

/// Errors: those of storage::open.
Result<std::shared_ptr<const storage::Resolver>> make_resolver(const Sources& sources);

/// A sample list on this machine. Thread: read_at from any thread.
class ListFile {
 public:
  /// `list` is a local path or a url; one that cannot be read in place is copied to `spool` first.
  static Result<ListFile> open(const std::string& list, const Sources& sources, const std::filesystem::path& spool,
                               const std::stop_token& stop);
  ListFile(ListFile&& other) noexcept;
  ListFile& operator=(ListFile&& other) noexcept;
  ~ListFile();
  /// Keep a list of at most `most` bytes in memory, for many lines in any order.
  Result<void> hold(std::uint64_t most);
  /// The bytes of one line. Errors: `list.changed` when the file became shorter.
  Result<std::string> read_at(std::uint64_t offset, std::uint32_t bytes) const;
  std::uint64_t size_bytes() const { return size_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  ListFile(int fd, std::filesystem::path path, std::uint64_t size);
  static Result<ListFile> open_path(const std::filesystem::path& path);
  int fd_ = -1;
  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  std::string held_;  ///< the whole list, or nothing
};

/// True for "scheme://...".
bool is_url(std::string_view text);
/// How lists are read for this spec: what relative and local urls may do follows from the sources.
sample::ListOptions list_options(const Sources& sources, const std::string& url_prefix, unsigned threads);
/// "猫/a.jpg" of "qiniu:///bucket/猫/a.jpg": the path a sample is known by inside a set.
std::string name_of_url(std::string_view url);
/// 0 becomes the number of cores.
unsigned thread_count(unsigned wanted);

}  // namespace ava::pipeline
