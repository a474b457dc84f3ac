#include "exchange/random_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "base/file.hpp"

namespace ava::exchange {

namespace {

class FdReader final : public storage::Reader {
 public:
  explicit FdReader(int fd) : fd_(fd) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    AVA_TRY(const std::size_t got, read_at(at_, buffer, size));
    at_ += got;
    return got;
  }
  Result<std::size_t> read_at(std::uint64_t offset, char* buffer, std::size_t size) override {
    for (;;) {
      const ssize_t got = ::pread(fd_, buffer, size, static_cast<off_t>(offset));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return file::error_of(errno, "read", "label file");
    }
  }
  std::optional<std::uint64_t> size_bytes() const override { return std::nullopt; }

 private:
  int fd_;
  std::uint64_t at_ = 0;
};

/// A file without a name.
Result<int> nameless() {
  std::string name = (std::filesystem::temp_directory_path() / "ava-labels-XXXXXX").string();
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) return file::error_of(errno, "create", name);
  ::unlink(name.c_str());
  return fd;
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return file::error_of(errno, "write", "a copy of the label file");
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

}  // namespace

Result<RandomFile> RandomFile::open(const Tree& tree, std::string_view name, const std::stop_token& stop) {
  AVA_TRY(const auto source, tree.open(name));
  if (const auto path = tree.local_path(name)) {
    const int fd = ::open(path->c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return file::error_of(errno, "open", *path);
    return RandomFile(fd);
  }
  AVA_TRY(const int fd, nameless());
  RandomFile copy(fd);
  std::string block(std::size_t{1} << 18, '\0');
  for (;;) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "import.cancelled", "stopped while copying");
    AVA_TRY(const std::size_t got, source->read(block.data(), block.size()));
    if (got == 0) return copy;
    AVA_CHECK(write_all(fd, std::string_view(block).substr(0, got)));
  }
}

RandomFile::RandomFile(RandomFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

RandomFile::~RandomFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::string> RandomFile::read_at(std::uint64_t offset, std::size_t bytes) const {
  std::string text(bytes, '\0');
  FdReader reader(fd_);
  for (std::size_t have = 0; have < bytes;) {
    AVA_TRY(const std::size_t got, reader.read_at(offset + have, text.data() + have, bytes - have));
    if (got == 0) return Error(ErrorCode::kCorrupt, "file.changed", "the label file became shorter while it was read");
    have += got;
  }
  return text;
}

std::unique_ptr<storage::Reader> RandomFile::reader() const { return std::make_unique<FdReader>(fd_); }

}  // namespace ava::exchange
