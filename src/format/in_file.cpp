#include "format/in_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/file.hpp"

namespace ava::format {

InFile::InFile(int fd, std::filesystem::path path, std::uint64_t size, std::uint64_t window)
    : fd_(fd), path_(std::move(path)), size_(size), window_bytes_(window) {}

InFile::InFile(InFile&& other) noexcept { *this = std::move(other); }

InFile& InFile::operator=(InFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(size_, other.size_);
  std::swap(at_, other.at_);
  std::swap(window_bytes_, other.window_bytes_);
  std::swap(window_, other.window_);
  std::swap(window_at_, other.window_at_);
  return *this;
}

InFile::~InFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<InFile> InFile::open(const std::filesystem::path& path, std::uint64_t window) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file::error_of(errno, "open", path);
  struct stat info {};
  if (::fstat(fd, &info) != 0) {
    const int failed = errno;
    ::close(fd);
    return file::error_of(failed, "stat", path);
  }
  return InFile(fd, path, static_cast<std::uint64_t>(info.st_size), window);
}

Result<std::string_view> InFile::take(std::uint64_t bytes) {
  bytes = std::min(bytes, left());
  if (at_ < window_at_ || at_ + bytes > window_at_ + window_.size()) {
    const auto want = static_cast<std::size_t>(std::min(std::max(bytes, window_bytes_), left()));
    window_.resize(want);
    window_at_ = at_;
    std::size_t have = 0;
    while (have < want) {
      const ssize_t got = ::pread(fd_, window_.data() + have, want - have, static_cast<off_t>(window_at_ + have));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return file::error_of(errno, "read", path_);
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    window_.resize(have);
  }
  const auto piece =
      std::string_view(window_).substr(static_cast<std::size_t>(at_ - window_at_), static_cast<std::size_t>(bytes));
  at_ += piece.size();
  return piece;
}

}  // namespace ava::format
