// The root folder of a file storage and safe ways below it: what was opened is checked by the kernel's own name for it,
// so a link swapped in between cannot lead outside.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ava::storage {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

/// Thread: any. Errors: `object.not_found`, `storage.outside_root`, `storage.bad_key`, `file.denied`, `file.io`.
class Root {
 public:
  static Result<std::shared_ptr<const Root>> open(const std::filesystem::path& path);
  int fd() const { return fd_.get(); }
  const std::filesystem::path& path() const { return path_; }
  /// Open a regular file for reading.
  Result<Fd> open_object(std::string_view key, struct stat& info) const;
  /// "" is the root itself.
  Result<Fd> open_folder(std::string_view key) const;
  /// Make what is missing of the path, and open it.
  Result<Fd> make_folder(const std::string& key) const;
  /// Remove `key` and its parents while they are empty; keys have no empty folders.
  void prune(std::string_view key) const;
  /// Remove unfinished objects that nobody can still be writing (older than two days).
  void remove_stale_temps() const;

 private:
  Root(Fd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Result<void> check_inside(const Fd& fd, std::string_view key) const;
  Fd fd_;
  std::filesystem::path path_;
};

/// Errors: `storage.bad_key` when a segment begins like an unfinished object.
Result<void> check_not_temp(std::string_view key);
TimeMs modified_of(const struct stat& info);

}  // namespace ava::storage
