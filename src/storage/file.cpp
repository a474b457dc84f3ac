#include "storage/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.hpp"
#include "base/id.hpp"
#include "storage/file_handle.hpp"
#include "storage/file_list.hpp"

namespace ava::storage {

namespace {

namespace fs = std::filesystem;

class FileReader : public Reader {
 public:
  FileReader(Fd fd, std::uint64_t size, std::string key) : fd_(std::move(fd)), size_(size), key_(std::move(key)) {
    ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    AVA_TRY(const std::size_t got, read_at(offset_, buffer, size));
    offset_ += got;
    return got;
  }
  Result<std::size_t> read_at(std::uint64_t offset, char* buffer, std::size_t size) override {
    for (;;) {
      const ssize_t got = ::pread(fd_.get(), buffer, size, static_cast<off_t>(offset));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return file::error_of(errno, "read", key_);
    }
  }
  std::optional<std::uint64_t> size_bytes() const override { return size_; }

 private:
  Fd fd_;
  std::uint64_t size_;
  std::string key_;
  std::uint64_t offset_ = 0;
};

class FileWriter : public Writer {
 public:
  FileWriter(std::shared_ptr<const Root> root, Fd fd, std::string temp, std::string key, Durability durability)
      : root_(std::move(root)),
        fd_(std::move(fd)),
        temp_(std::move(temp)),
        key_(std::move(key)),
        durability_(durability) {}
  ~FileWriter() override {
    if (!committed_) ::unlinkat(root_->fd(), temp_.c_str(), 0);
  }
  Result<void> write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd_.get(), bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return file::error_of(errno, "write", key_);
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
  }
  Result<void> commit() override {
    const bool now = durability_ == Durability::kAtCommit;
    if (now && ::fsync(fd_.get()) != 0) return file::error_of(errno, "sync", key_);
    const auto slash = key_.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : key_.substr(0, slash);
    const std::string name = slash == std::string::npos ? key_ : key_.substr(slash + 1);
    AVA_TRY(const Fd into, root_->make_folder(folder));
    if (::renameat(root_->fd(), temp_.c_str(), into.get(), name.c_str()) != 0)
      return file::error_of(errno, "rename to", key_);
    committed_ = true;
    if (now && ::fsync(into.get()) != 0 && errno != EINVAL) return file::error_of(errno, "sync folder of", key_);
    return {};
  }

 private:
  std::shared_ptr<const Root> root_;
  Fd fd_;
  std::string temp_;
  std::string key_;
  Durability durability_;
  bool committed_ = false;
};

class FileStorage : public Storage {
 public:
  FileStorage(std::shared_ptr<const Root> root, Durability durability)
      : root_(std::move(root)), durability_(durability) {}

  Result<std::string> read(std::string_view key, std::uint64_t limit_bytes) const override {
    struct stat info {};
    AVA_TRY(const Fd fd, root_->open_object(key, info));
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size > limit_bytes) return too_large(key, limit_bytes);
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
      const ssize_t got = ::read(fd.get(), bytes.data() + have, bytes.size() - have);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return file::error_of(errno, "read", std::string(key));
      if (got == 0) break;
      have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
  }

  Result<std::unique_ptr<Reader>> open(std::string_view key) const override {
    struct stat info {};
    AVA_TRY(Fd fd, root_->open_object(key, info));
    return std::unique_ptr<Reader>(
        std::make_unique<FileReader>(std::move(fd), static_cast<std::uint64_t>(info.st_size), std::string(key)));
  }

  Result<std::unique_ptr<Writer>> create(std::string_view key) override {
    AVA_CHECK(check_key(key));
    AVA_CHECK(check_not_temp(key));
    AVA_TRY(const Fd temps, root_->make_folder(std::string(kTempPrefix)));
    std::string temp = fmt::format("{}/{}", kTempPrefix, random_hex(12));
    Fd fd(::openat(root_->fd(), temp.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd) return file::error_of(errno, "create", std::string(key));
    return std::unique_ptr<Writer>(
        std::make_unique<FileWriter>(root_, std::move(fd), std::move(temp), std::string(key), durability_));
  }

  Result<ObjectInfo> stat(std::string_view key) const override {
    struct stat info {};
    AVA_TRY(const Fd fd, root_->open_object(key, info));
    return ObjectInfo{std::string(key), static_cast<std::uint64_t>(info.st_size), modified_of(info), false};
  }

  Result<Page> list(const ListQuery& query) const override { return list_folder(*root_, query); }

  Result<void> remove(std::string_view key) override {
    AVA_CHECK(check_key(key));
    AVA_CHECK(check_not_temp(key));
    const auto slash = key.rfind('/');
    const auto folder = slash == std::string_view::npos ? std::string_view() : key.substr(0, slash);
    auto parent = root_->open_folder(folder);
    if (!parent.ok()) return parent.error().slug() == "object.not_found" ? Result<void>() : parent.error();
    const std::string name(slash == std::string_view::npos ? key : key.substr(slash + 1));
    if (::unlinkat(parent->get(), name.c_str(), 0) != 0 && errno != ENOENT)
      return file::error_of(errno, "remove", std::string(key));
    root_->prune(folder);
    return {};
  }

  Result<void> remove_tree(std::string_view prefix) override {
    while (!prefix.empty() && prefix.back() == '/') prefix.remove_suffix(1);
    AVA_CHECK(check_key(prefix));
    AVA_CHECK(check_not_temp(prefix));
    const auto slash = prefix.rfind('/');
    const auto folder = slash == std::string_view::npos ? std::string_view() : prefix.substr(0, slash);
    auto parent = root_->open_folder(folder);
    if (!parent.ok()) return parent.error().slug() == "object.not_found" ? Result<void>() : parent.error();
    // Renamed first: readers see all of it or nothing, and a crash leaves only a temp folder.
    AVA_TRY(const Fd temps, root_->make_folder(std::string(kTempPrefix)));
    const std::string gone = random_hex(12);
    const std::string name(slash == std::string_view::npos ? prefix : prefix.substr(slash + 1));
    if (::renameat(parent->get(), name.c_str(), temps.get(), gone.c_str()) != 0)
      return errno == ENOENT ? Result<void>() : file::error_of(errno, "remove", std::string(prefix));
    root_->prune(folder);
    return file::remove_tree(root_->path() / kTempPrefix / gone);
  }

  std::optional<fs::path> local_path(std::string_view key) const override {
    if (key.empty()) return root_->path();
    while (!key.empty() && key.back() == '/') key.remove_suffix(1);
    if (!check_key(key).ok()) return std::nullopt;
    return root_->path() / key;
  }

 private:
  static Error too_large(std::string_view key, std::uint64_t limit) {
    return Error(ErrorCode::kInvalidArgument, "object.too_large",
                 fmt::format("'{}' is larger than {} bytes", key, limit));
  }
  std::shared_ptr<const Root> root_;
  Durability durability_;
};

}  // namespace

Result<std::shared_ptr<Storage>> open_file(const fs::path& root, bool create_root, Durability durability) {
  if (!root.is_absolute())
    return Error(ErrorCode::kInvalidArgument, "storage.bad_uri",
                 fmt::format("'{}' is no absolute path", root.string()));
  std::error_code failed;
  if (!fs::is_directory(root, failed)) {
    if (!create_root)
      return Error(ErrorCode::kNotFound, "storage.root_missing", fmt::format("no folder '{}'", root.string()));
    AVA_CHECK(file::make_dirs(root));
  }
  AVA_TRY(auto opened, Root::open(root));
  opened->remove_stale_temps();
  return std::shared_ptr<Storage>(std::make_shared<FileStorage>(std::move(opened), durability));
}

Result<void> sync_all(const fs::path& folder) {
  const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return file::error_of(errno, "open", folder.string());
  if (::syncfs(fd.get()) != 0) return file::error_of(errno, "sync", folder.string());
  return {};
}

}  // namespace ava::storage
