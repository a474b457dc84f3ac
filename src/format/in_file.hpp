// A file being read front to back in large pieces, with the place known: what the readers of containers stand on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ava::format {

/// Sequential input through a window as large as the largest piece asked for.
/// Errors: `file.not_found`, `file.io`. Thread: not thread-safe.
class InFile {
 public:
  /// `window`: how much is read at once; small when little of the file is looked at.
  static Result<InFile> open(const std::filesystem::path& path, std::uint64_t window = std::uint64_t{1} << 20);
  InFile(InFile&& other) noexcept;
  InFile& operator=(InFile&& other) noexcept;
  ~InFile();

  std::uint64_t size() const { return size_; }
  std::uint64_t at() const { return at_; }
  std::uint64_t left() const { return size_ - at_; }
  /// Go to a place; beyond the end is the end.
  void seek(std::uint64_t at) { at_ = at < size_ ? at : size_; }
  /// The next `bytes` bytes, fewer only at the end of the file; moves past them.
  /// Lifetime: until the next call.
  Result<std::string_view> take(std::uint64_t bytes);
  std::string name() const { return path_.filename().string(); }

 private:
  InFile(int fd, std::filesystem::path path, std::uint64_t size, std::uint64_t window);

  int fd_ = -1;
  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  std::uint64_t at_ = 0;
  std::uint64_t window_bytes_ = 0;
  std::string window_;
  std::uint64_t window_at_ = 0;
};

}  // namespace ava::format
