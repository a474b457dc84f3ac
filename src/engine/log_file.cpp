#include "engine/log_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/file.hpp"
#include "engine/descriptor.hpp"

namespace ava::engine {
namespace {

constexpr std::uint64_t kTrimStep = 8ull << 20;  // punch in steps, not at every line

/// How many bytes at the end belong to a character whose rest has not come yet.
std::size_t unfinished_tail(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte < 0x80) return 0;
    if (byte < 0xC0) continue;  // a continuation byte: its first byte is further left
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

}  // namespace

void trim_log(int fd, std::uint64_t keep_bytes) noexcept {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return;
  const auto size = static_cast<std::uint64_t>(info.st_size);
  const auto kept = static_cast<std::uint64_t>(info.st_blocks) * 512;
  if (size <= keep_bytes || kept <= keep_bytes + std::min(kTrimStep, keep_bytes)) return;
  ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size - keep_bytes));
}

Result<LogChunk> read_log(const std::string& path, std::uint64_t offset, std::uint64_t max_bytes, bool complete) {
  LogChunk chunk{.text = {}, .offset = offset, .next_offset = offset, .end = complete};
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return LogChunk{.text = {}, .offset = 0, .next_offset = 0, .end = complete};
  if (fd < 0) return file::error_of(errno, "open log", path);
  const Descriptor guard(fd);
  struct stat info {};
  if (::fstat(fd, &info) != 0) return file::error_of(errno, "stat log", path);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  chunk.offset = std::min(offset, size);
  if (chunk.offset < size) {
    const off_t data = ::lseek(fd, static_cast<off_t>(chunk.offset), SEEK_DATA);
    if (data > 0) chunk.offset = std::max(chunk.offset, static_cast<std::uint64_t>(data));
  }
  constexpr std::uint64_t kMost = 16ull << 20;
  chunk.text.resize(std::min({size - chunk.offset, max_bytes, kMost}));
  const ssize_t got = ::pread(fd, chunk.text.data(), chunk.text.size(), static_cast<off_t>(chunk.offset));
  if (got < 0) return file::error_of(errno, "read log", path);
  chunk.text.resize(static_cast<std::size_t>(got));
  const bool last = complete && chunk.offset + chunk.text.size() >= size;
  if (const std::size_t tail = unfinished_tail(chunk.text); !last && tail < chunk.text.size())
    chunk.text.resize(chunk.text.size() - tail);
  chunk.next_offset = chunk.offset + chunk.text.size();
  chunk.end = complete && chunk.next_offset >= size;
  return chunk;
}

Result<LogWriter> LogWriter::open(const std::string& path) {
  AVA_CHECK(file::make_dirs(std::filesystem::path(path).parent_path()));
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return file::error_of(errno, "open log", path);
  LogWriter writer(fd, path, 0);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
    return Error(ErrorCode::kConflict, "engine.log_busy", "another program writes the log " + path);
  struct stat info {};
  if (::fstat(fd, &info) != 0) return file::error_of(errno, "stat log", path);
  writer.size_ = static_cast<std::uint64_t>(info.st_size);
  return writer;
}

LogWriter::LogWriter(LogWriter&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), size_(other.size_) {}

LogWriter::~LogWriter() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> LogWriter::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd_, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return file::error_of(errno, "write log", path_);
    size_ += static_cast<std::uint64_t>(done);
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  trim_log(fd_);
  return {};
}

}  // namespace ava::engine
