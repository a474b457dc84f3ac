#include "format/picture_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/file.hpp"

namespace ava::format {

namespace {
constexpr std::size_t kCopyBytes = 1u << 20;   // room for what is copied
constexpr std::size_t kWriteBytes = 2u << 20;  // one call of writev
constexpr std::size_t kMostPieces = 1000;      // below the kernel's IOV_MAX
constexpr std::size_t kSmall = 8u << 10;       // copying it costs less than a piece of its own
constexpr std::uint64_t kPictureStretchBytes = 8u << 20;
}  // namespace

PictureFile::PictureFile(int fd, std::filesystem::path path)
    : fd_(fd), path_(std::move(path)), copies_(std::make_unique<char[]>(kCopyBytes)) {}

PictureFile::PictureFile(PictureFile&& other) noexcept { *this = std::move(other); }

PictureFile& PictureFile::operator=(PictureFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(copies_, other.copies_);
  std::swap(copied_, other.copied_);
  std::swap(pieces_, other.pieces_);
  std::swap(kept_, other.kept_);
  std::swap(waiting_, other.waiting_);
  std::swap(offset_, other.offset_);
  std::swap(written_, other.written_);
  std::swap(handed_on_, other.handed_on_);
  std::swap(outline_, other.outline_);
  std::swap(digest_, other.digest_);
  return *this;
}

PictureFile::~PictureFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<PictureFile> PictureFile::create(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return file::error_of(errno, "create", path);
  return PictureFile(fd, path);
}

/// A piece that continues the last one makes it longer.
void PictureFile::gather(std::string_view bytes) {
  offset_ += bytes.size();
  waiting_ += bytes.size();
  auto* from = const_cast<char*>(bytes.data());
  if (!pieces_.empty() && static_cast<char*>(pieces_.back().iov_base) + pieces_.back().iov_len == from)
    pieces_.back().iov_len += bytes.size();
  else if (!bytes.empty())
    pieces_.push_back({from, bytes.size()});
}

Result<void> PictureFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (copied_ == kCopyBytes || pieces_.size() == kMostPieces) AVA_CHECK(flush());
    const std::string_view now = bytes.substr(0, kCopyBytes - copied_);
    std::memcpy(copies_.get() + copied_, now.data(), now.size());
    gather({copies_.get() + copied_, now.size()});
    copied_ += now.size();
    bytes.remove_prefix(now.size());
  }
  return {};
}

Result<void> PictureFile::write_sample(std::string_view head, const std::shared_ptr<const std::string>& picture,
                                       const std::optional<Digest>& known, std::string_view tail) {
  AVA_CHECK(write(head));
  AVA_CHECK(write_picture(picture, *picture));
  AVA_CHECK(write(tail));
  outline_.update(head).update(known ? *known : sha256(*picture)).update(tail);
  return {};
}

Result<void> PictureFile::write_picture(const std::shared_ptr<const std::string>& picture, std::string_view piece) {
  if (piece.size() <= kSmall) return write(piece);
  if (pieces_.size() == kMostPieces) AVA_CHECK(flush());
  gather(piece);
  kept_.push_back(picture);
  if (waiting_ >= kWriteBytes) return flush();
  return {};
}

Result<void> PictureFile::flush() {
  iovec* next = pieces_.data();
  int left = static_cast<int>(pieces_.size());
  while (left > 0) {
    const ssize_t put = ::writev(fd_, next, left);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return file::error_of(errno, "write", path_);
    written_ += static_cast<std::uint64_t>(put);
    auto done = static_cast<std::size_t>(put);
    for (; left > 0 && done >= next->iov_len; ++next, --left) done -= next->iov_len;
    if (left > 0) *next = {static_cast<char*>(next->iov_base) + done, next->iov_len - done};
  }
  pieces_.clear();
  kept_.clear();
  copied_ = 0;
  waiting_ = 0;
  // The disk works while the next stretch is made; else it idles until close() waits for everything at once.
  if (written_ - handed_on_ >= kPictureStretchBytes) {
    (void)::sync_file_range(fd_, static_cast<off_t>(handed_on_), static_cast<off_t>(written_ - handed_on_),
                            SYNC_FILE_RANGE_WRITE);
    handed_on_ = written_;
  }
  return {};
}

Result<void> PictureFile::overwrite(std::uint64_t at, std::string_view bytes) {
  AVA_CHECK(flush());
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return file::error_of(errno, "write", path_);
    bytes.remove_prefix(static_cast<std::size_t>(put));
    at += static_cast<std::uint64_t>(put);
  }
  return {};
}

Result<void> PictureFile::close() {
  AVA_CHECK(flush());
  if (::fsync(fd_) != 0) return file::error_of(errno, "sync", path_);
  const int closed = ::close(std::exchange(fd_, -1));
  if (closed != 0) return file::error_of(errno, "close", path_);
  digest_ = outline_.finish();
  return {};
}

}  // namespace ava::format
