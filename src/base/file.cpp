#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/id.hpp"

namespace ava::file {

namespace {

/// Closes on every path out.
struct Fd {
  int value;
  explicit Fd(int fd) : value(fd) {}
  ~Fd() {
    if (value >= 0) ::close(value);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
};

Result<void> write_and_sync(const fs::path& path, std::string_view bytes, unsigned mode) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (fd.value < 0) return error_of(errno, "create", path);
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd.value, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return error_of(errno, "write", path);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(fd.value) != 0) return error_of(errno, "sync", path);
  return {};
}

}  // namespace

Error error_of(int errno_value, std::string_view what, const fs::path& path) {
  const std::string message = fmt::format("{} '{}': {}", what, path.string(), std::strerror(errno_value));
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
      return Error(ErrorCode::kNotFound, "file.not_found", message);
    case ENOSPC:
    case EDQUOT:
      return Error(ErrorCode::kResourceExhausted, "file.no_space", message)
          .hint("make room on the disk, then try again");
    case EACCES:
    case EPERM:
    case EROFS:
      return Error(ErrorCode::kPermissionDenied, "file.denied", message);
    default:
      return Error(ErrorCode::kInternal, "file.io", message);
  }
}

Result<std::string> read(const fs::path& path, std::uint64_t limit_bytes) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.value < 0) return error_of(errno, "open", path);
  struct stat info {};
  if (::fstat(fd.value, &info) != 0) return error_of(errno, "stat", path);
  if (S_ISDIR(info.st_mode))
    return Error(ErrorCode::kInvalidArgument, "file.is_folder", fmt::format("'{}' is a folder", path.string()));
  std::string bytes;
  if (info.st_size > 0) bytes.reserve(static_cast<std::size_t>(info.st_size));
  char block[1 << 16];
  for (;;) {
    const ssize_t got = ::read(fd.value, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return error_of(errno, "read", path);
    if (got == 0) return bytes;
    bytes.append(block, static_cast<std::size_t>(got));
    if (bytes.size() > limit_bytes)
      return Error(ErrorCode::kInvalidArgument, "file.too_large",
                   fmt::format("'{}' is larger than {} bytes", path.string(), limit_bytes));
  }
}

Result<void> write_atomic(const fs::path& path, std::string_view bytes, unsigned mode) {
  const fs::path temp = path.parent_path() / fmt::format(".{}.{}.tmp", path.filename().string(), random_hex(6));
  if (auto written = write_and_sync(temp, bytes, mode); !written.ok()) {
    ::unlink(temp.c_str());
    return written;
  }
  return file::move(temp, path);
}

Result<void> sync_dir(const fs::path& path) {
  const Fd fd(::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.value < 0) return error_of(errno, "open", path);
  if (::fsync(fd.value) != 0 && errno != EINVAL) return error_of(errno, "sync", path);
  return {};
}

Result<void> make_dirs(const fs::path& path) {
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed) return error_of(failed.value(), "make folder", path);
  return {};
}

Result<void> remove_tree(const fs::path& path) {
  std::error_code failed;
  fs::remove_all(path, failed);
  if (failed) return error_of(failed.value(), "remove", path);
  return {};
}

Result<void> move(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    const int failed = errno;
    return error_of(failed, "rename to", to);
  }
  return sync_dir(to.parent_path());
}

bool is_safe_relative(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.size() > 1024 || !is_utf8(name)) return false;
  for (const char c : name)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\') return false;
  while (true) {
    const std::size_t slash = name.find('/');
    const std::string_view segment = name.substr(0, slash);
    if (segment.empty() || segment == "." || segment == ".." || segment.size() > 255) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

bool is_utf8(std::string_view text, std::size_t* bad_at) {
  const auto fail = [&](std::size_t at) {
    if (bad_at != nullptr) *bad_at = at;
    return false;
  };
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    std::size_t extra = 0;
    std::uint32_t code = 0;
    std::uint32_t least = 0;
    if (lead >= 0xC2 && lead <= 0xDF) {
      extra = 1, code = lead & 0x1F, least = 0x80;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      extra = 2, code = lead & 0x0F, least = 0x800;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      extra = 3, code = lead & 0x07, least = 0x10000;
    } else {
      return fail(i);
    }
    if (i + extra >= text.size()) return fail(i);
    for (std::size_t k = 1; k <= extra; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0) != 0x80) return fail(i);
      code = (code << 6) | (next & 0x3F);
    }
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return fail(i);
    i += extra + 1;
  }
  return true;
}

}  // namespace ava::file
