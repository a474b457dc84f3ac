#include "format/loose_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.hpp"

namespace ava::format {

namespace fs = std::filesystem;

Result<void> put_loose_file(const fs::path& path, std::string_view bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return file::error_of(errno, "create", path);
  int failed = 0;
  while (!bytes.empty() && failed == 0) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put >= 0) bytes.remove_prefix(static_cast<std::size_t>(put));
    if (put < 0 && errno != EINTR) failed = errno;
  }
  if (::close(fd) != 0 && failed == 0) failed = errno;
  if (failed != 0) return file::error_of(failed, "write", path);
  return {};
}

Result<void> sync_loose_files(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return file::error_of(errno, "open", folder);
  const int failed = ::syncfs(fd) != 0 ? errno : 0;
  ::close(fd);
  if (failed != 0) return file::error_of(failed, "sync", folder);
  return {};
}

Result<std::string> read_loose_file(const fs::path& path, std::string_view slug) {
  auto bytes = file::read(path, std::uint64_t{1} << 32);
  if (!bytes.ok()) return Error(ErrorCode::kCorrupt, slug, bytes.error().message());
  return bytes;
}

int digits_of_names(std::uint64_t count) {
  const std::uint64_t last = std::max<std::uint64_t>(count, 1) - 1;
  return std::max(6, static_cast<int>(std::to_string(last).size()));
}

}  // namespace ava::format
