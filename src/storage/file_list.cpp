#include "storage/file_list.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/file.hpp"
#include "storage/file.hpp"

namespace ava::storage {

namespace {

constexpr int kMaxDepth = 64;

struct Name {
  std::string text;  ///< folders end in '/': then byte order of names is byte order of keys
  bool is_folder() const { return text.back() == '/'; }
};

/// Fills one page; the recursion skips what the cursor and the prefix exclude.
class Lister {
 public:
  Lister(const Root& root, const ListQuery& query, Page& page) : root_(root), query_(query), page_(page) {}

  /// False: the page is full.
  Result<bool> visit(const std::string& folder, int depth) {
    if (depth > kMaxDepth) return true;
    auto fd = root_.open_folder(folder.empty() ? "" : std::string_view(folder).substr(0, folder.size() - 1));
    // Gone meanwhile, or a link out: not ours to list.
    if (!fd.ok()) return fd.error().code() == ErrorCode::kInternal ? Result<bool>(fd.error()) : Result<bool>(true);
    AVA_TRY(const std::vector<Name> names, names_in(fd->get()));
    for (const Name& name : names) {
      const std::string key = folder + name.text;
      if (!may_hold(key)) continue;
      if (name.is_folder() && !(query_.folders && key.size() > query_.prefix.size())) {
        AVA_TRY(const bool more, visit(key, depth + 1));
        if (!more) return false;
        continue;
      }
      if (!key.starts_with(query_.prefix) || key <= query_.cursor) continue;
      if (page_.items.size() >= query_.limit) {
        page_.next_cursor = page_.items.back().key;
        return false;
      }
      add(key, name, fd->get());
    }
    return true;
  }

 private:
  bool may_hold(const std::string& key) const {
    if (!key.ends_with('/')) return true;
    const std::string& prefix = query_.prefix;
    const std::size_t common = std::min(prefix.size(), key.size());
    if (key.compare(0, common, prefix, 0, common) != 0) return false;
    const std::size_t seen = std::min(query_.cursor.size(), key.size());
    return key.compare(0, seen, query_.cursor, 0, seen) >= 0;
  }

  void add(const std::string& key, const Name& name, int folder_fd) {
    ObjectInfo item;
    item.key = key;
    item.is_prefix = name.is_folder();
    if (!item.is_prefix) {
      struct stat info {};
      if (::fstatat(folder_fd, name.text.c_str(), &info, 0) != 0 || !S_ISREG(info.st_mode)) return;
      item.size_bytes = static_cast<std::uint64_t>(info.st_size);
      item.modified_ms = modified_of(info);
    }
    page_.items.push_back(std::move(item));
  }

  static bool is_folder(const dirent& entry, int fd) {
    if (entry.d_type == DT_DIR) return true;
    if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return false;
    struct stat info {};
    return ::fstatat(fd, entry.d_name, &info, 0) == 0 && S_ISDIR(info.st_mode);
  }

  static Result<std::vector<Name>> names_in(int fd) {
    const int copy = ::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* dir = copy < 0 ? nullptr : ::fdopendir(copy);
    if (dir == nullptr) {
      const int error = errno;
      if (copy >= 0) ::close(copy);
      return file::error_of(error, "list", "folder");
    }
    std::vector<Name> names;
    while (const dirent* entry = ::readdir(dir)) {
      std::string name = entry->d_name;
      if (name == "." || name == ".." || name.starts_with(kTempPrefix)) continue;
      if (is_folder(*entry, fd)) name.push_back('/');
      names.push_back({std::move(name)});
    }
    ::closedir(dir);
    std::sort(names.begin(), names.end(), [](const Name& a, const Name& b) { return a.text < b.text; });
    return names;
  }

  const Root& root_;
  const ListQuery& query_;
  Page& page_;
};

}  // namespace

Result<Page> list_folder(const Root& root, const ListQuery& query) {
  Page page;
  if (query.limit == 0) return page;
  // Start as deep as the prefix allows: a page of one folder must not read its sisters.
  const auto slash = query.prefix.rfind('/');
  const std::string start = slash == std::string::npos ? "" : query.prefix.substr(0, slash + 1);
  if (!start.empty()) {
    const auto there = root.open_folder(std::string_view(start).substr(0, start.size() - 1));
    if (!there.ok() && there.error().slug() == "object.not_found") return page;
    if (!there.ok()) return there.error();
  }
  Lister lister(root, query, page);
  AVA_CHECK(lister.visit(start, 0));
  return page;
}

}  // namespace ava::storage
