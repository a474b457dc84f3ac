#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "base/file.hpp"
#include "http/http.hpp"

namespace ava::http {

namespace {

class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t count = std::min(into.size(), text_.size() - at_);
    std::memcpy(into.data(), text_.data() + at_, count);
    at_ += count;
    return count;
  }

 private:
  const std::string text_;
  std::size_t at_ = 0;
};

/// Owns the descriptor.
class FileSource : public ByteSource {
 public:
  FileSource(int fd, std::filesystem::path path, std::uint64_t offset, std::uint64_t length)
      : fd_(fd), path_(std::move(path)), at_(offset), left_(length) {}
  ~FileSource() override { ::close(fd_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> read(std::span<char> into) override {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
    if (want == 0) return std::size_t{0};
    ssize_t got = 0;
    do {
      got = ::pread(fd_, into.data(), want, static_cast<off_t>(at_));
    } while (got < 0 && errno == EINTR);
    if (got < 0) return file::error_of(errno, "read", path_);
    at_ += static_cast<std::uint64_t>(got);
    left_ -= static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  }

 private:
  const int fd_;
  const std::filesystem::path path_;
  std::uint64_t at_;
  std::uint64_t left_;
};

}  // namespace

std::unique_ptr<ByteSource> source_of(std::string text) { return std::make_unique<TextSource>(std::move(text)); }

Result<std::unique_ptr<ByteSource>> source_of_file(const std::filesystem::path& path, std::uint64_t offset,
                                                   std::optional<std::uint64_t> length_bytes) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file::error_of(errno, "open", path);
  const std::uint64_t length = length_bytes.value_or(std::numeric_limits<std::uint64_t>::max());
  return std::unique_ptr<ByteSource>(std::make_unique<FileSource>(fd, path, offset, length));
}

Result<std::string> read_all(ByteSource& source, std::uint64_t limit_bytes) {
  std::string out;
  std::string block(64u << 10, '\0');
  while (true) {
    AVA_TRY(const std::size_t got, source.read(block));
    if (got == 0) return out;
    if (out.size() + got > limit_bytes)
      return Error(ErrorCode::kResourceExhausted, "http.body_too_large",
                   "more than " + std::to_string(limit_bytes) + " bytes")
          .detail("limit_bytes", std::to_string(limit_bytes));
    out.append(block, 0, got);
  }
}

}  // namespace ava::http
