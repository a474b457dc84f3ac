#include "storage/file_handle.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <climits>

#include "base/file.hpp"
#include "storage/file.hpp"

namespace ava::storage {

namespace fs = std::filesystem;

namespace {

Error failed_on(int error, std::string_view what, std::string_view key) {
  if (error == ENOENT || error == ENOTDIR)
    return Error(ErrorCode::kNotFound, "object.not_found", fmt::format("no object '{}'", key));
  return file::error_of(error, what, std::string(key));
}

/// Looser than check_key(): files that are there may have names we would not write.
Result<void> check_file_key(std::string_view key) {
  std::string_view rest = key;
  bool good = !key.empty() && key.size() < PATH_MAX && key.find('\0') == std::string_view::npos;
  while (good) {
    const auto slash = rest.find('/');
    const auto segment = rest.substr(0, slash);
    good = !segment.empty() && segment != "." && segment != "..";
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (good) return {};
  return Error(ErrorCode::kInvalidArgument, "storage.bad_key", fmt::format("'{}' cannot name an object", key));
}

/// Opens what cannot lead outside, in one call; empty when the kernel is too old or a link wants a second look.
Fd open_beneath(int folder, const std::string& name, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return Fd(static_cast<int>(::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how)));
}

Result<std::string> name_of_fd(int fd) {
  std::array<char, PATH_MAX> name;
  const ssize_t size = ::readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), name.data(), name.size());
  if (size < 0) return file::error_of(errno, "read the name of", "a file descriptor");
  return std::string(name.data(), static_cast<std::size_t>(size));
}

}  // namespace

Result<std::shared_ptr<const Root>> Root::open(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return file::error_of(errno, "open", path);
  AVA_TRY(const std::string real, name_of_fd(fd.get()));
  return std::shared_ptr<const Root>(new Root(std::move(fd), real));
}

Result<void> Root::check_inside(const Fd& fd, std::string_view key) const {
  AVA_TRY(const std::string real, name_of_fd(fd.get()));
  const std::string& root = path_.native();
  if (real == root || root == "/" || (real.size() > root.size() && real.starts_with(root) && real[root.size()] == '/'))
    return {};
  return Error(ErrorCode::kPermissionDenied, "storage.outside_root",
               fmt::format("'{}' leads out of the storage through a link", key));
}

Result<Fd> Root::open_object(std::string_view key, struct stat& info) const {
  AVA_CHECK(check_file_key(key));
  AVA_CHECK(check_not_temp(key));
  const std::string name(key);
  // Not blocking: a FIFO must not hang the reader.
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  Fd fd = open_beneath(fd_.get(), name, kFlags);
  if (!fd) {
    fd = Fd(::openat(fd_.get(), name.c_str(), kFlags));
    if (!fd) return failed_on(errno, "open", key);
    AVA_CHECK(check_inside(fd, key));
  }
  if (::fstat(fd.get(), &info) != 0) return failed_on(errno, "stat", key);
  if (!S_ISREG(info.st_mode))
    return Error(ErrorCode::kNotFound, "object.not_found", fmt::format("'{}' is no file", key));
  return fd;
}

Result<Fd> Root::open_folder(std::string_view key) const {
  if (!key.empty()) AVA_CHECK(check_file_key(key));
  const std::string name = key.empty() ? "." : std::string(key);
  Fd fd(::openat(fd_.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return failed_on(errno, "open folder", key);
  AVA_CHECK(check_inside(fd, key));
  return fd;
}

Result<Fd> Root::make_folder(const std::string& key) const {
  if (auto there = open_folder(key); there.ok() || there.error().slug() != "object.not_found") return there;
  AVA_TRY(Fd at, open_folder(""));
  std::string_view rest = key;
  while (!rest.empty()) {
    const auto slash = rest.find('/');
    const std::string segment(rest.substr(0, slash));
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (::mkdirat(at.get(), segment.c_str(), 0755) == 0)
      ::fsync(at.get());
    else if (errno != EEXIST)
      return file::error_of(errno, "make folder", key);
    Fd next(::openat(at.get(), segment.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!next) return file::error_of(errno, "open folder", key);
    AVA_CHECK(check_inside(next, key));
    at = std::move(next);
  }
  return at;
}

void Root::prune(std::string_view key) const {
  while (!key.empty()) {
    const auto slash = key.rfind('/');
    const auto parent = slash == std::string_view::npos ? std::string_view() : key.substr(0, slash);
    const auto fd = open_folder(parent);
    const std::string name(slash == std::string_view::npos ? key : key.substr(slash + 1));
    if (!fd.ok() || ::unlinkat(fd->get(), name.c_str(), AT_REMOVEDIR) != 0) return;
    key = parent;
  }
}

void Root::remove_stale_temps() const {
  std::error_code failed;
  const auto now = fs::file_time_type::clock::now();
  for (fs::directory_iterator it(path_ / kTempPrefix, failed), end; !failed && it != end; it.increment(failed)) {
    std::error_code ignored;
    if (now - fs::last_write_time(it->path(), ignored) > std::chrono::hours(48) && !ignored)
      fs::remove_all(it->path(), ignored);
  }
}

Result<void> check_not_temp(std::string_view key) {
  if (!key.starts_with(kTempPrefix) && key.find(std::string("/").append(kTempPrefix)) == std::string_view::npos)
    return {};
  return Error(ErrorCode::kInvalidArgument, "storage.bad_key",
               fmt::format("'{}': names beginning with '{}' are reserved", key, kTempPrefix));
}

TimeMs modified_of(const struct stat& info) {
  return static_cast<TimeMs>(info.st_mtim.tv_sec) * 1000 + info.st_mtim.tv_nsec / 1000000;
}

}  // namespace ava::storage
