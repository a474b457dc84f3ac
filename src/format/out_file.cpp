#include "format/out_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/file.hpp"

namespace ava::format {

namespace {
constexpr std::size_t kBufferBytes = 1u << 20;
constexpr std::size_t kDirectBytes = 1u << 18;  // a larger piece is not worth a copy
constexpr std::uint64_t kStretchBytes = 8u << 20;
}  // namespace

OutFile::OutFile(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {
  buffer_.reserve(kBufferBytes);
}

OutFile::OutFile(OutFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      buffer_(std::move(other.buffer_)),
      offset_(other.offset_),
      written_(other.written_),
      handed_on_(other.handed_on_),
      hash_(other.hash_),
      digest_(other.digest_) {}

OutFile& OutFile::operator=(OutFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(buffer_, other.buffer_);
  std::swap(offset_, other.offset_);
  std::swap(written_, other.written_);
  std::swap(handed_on_, other.handed_on_);
  std::swap(hash_, other.hash_);
  std::swap(digest_, other.digest_);
  return *this;
}

OutFile::~OutFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<OutFile> OutFile::create(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return file::error_of(errno, "create", path);
  return OutFile(fd, path);
}

Result<void> OutFile::put(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return file::error_of(errno, "write", path_);
    bytes.remove_prefix(static_cast<std::size_t>(put));
    written_ += static_cast<std::uint64_t>(put);
  }
  // The disk works while the next stretch is made; else it idles until close() waits for everything at once.
  if (written_ - handed_on_ >= kStretchBytes) {
    (void)::sync_file_range(fd_, static_cast<off_t>(handed_on_), static_cast<off_t>(written_ - handed_on_),
                            SYNC_FILE_RANGE_WRITE);
    handed_on_ = written_;
  }
  return {};
}

Result<void> OutFile::flush() {
  hash_.update(std::string_view(buffer_));
  AVA_CHECK(put(buffer_));
  buffer_.clear();
  return {};
}

Result<void> OutFile::write(std::string_view bytes) {
  offset_ += bytes.size();
  const bool direct = bytes.size() >= kDirectBytes;
  if (direct || buffer_.size() + bytes.size() > kBufferBytes) AVA_CHECK(flush());
  if (!direct) {
    buffer_.append(bytes);
    return {};
  }
  hash_.update(bytes);
  return put(bytes);
}

Result<void> OutFile::close() {
  AVA_CHECK(flush());
  if (::fsync(fd_) != 0) return file::error_of(errno, "sync", path_);
  const int closed = ::close(std::exchange(fd_, -1));
  if (closed != 0) return file::error_of(errno, "close", path_);
  digest_ = hash_.finish();
  return {};
}

}  // namespace ava::format
