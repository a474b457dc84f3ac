#include "pipeline/sources.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "format/out_file.hpp"
#include "storage/all.hpp"
#include "storage/object_uri.hpp"

namespace ava::pipeline {

namespace fs = std::filesystem;

Result<std::shared_ptr<const storage::Resolver>> make_resolver(const Sources& sources) {
  storage::ResolverOptions options;
  for (const auto& [name, uri] : sources.buckets) {
    AVA_TRY(options.buckets[name], storage::open(uri, {.create_root = false, .deny_private = sources.deny_private}));
  }
  for (const std::string& root : sources.local_roots) options.local_roots.emplace_back(root);
  options.base_folder = sources.base_folder;
  options.allow_http = sources.allow_http;
  options.http.deny_private = sources.deny_private;
  return storage::Resolver::make(std::move(options));
}

bool is_url(std::string_view text) { return text.find("://") != std::string_view::npos; }

ListFile::ListFile(int fd, fs::path path, std::uint64_t size) : fd_(fd), path_(std::move(path)), size_(size) {}

ListFile::ListFile(ListFile&& other) noexcept { *this = std::move(other); }

ListFile& ListFile::operator=(ListFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(size_, other.size_);
  std::swap(held_, other.held_);
  return *this;
}

ListFile::~ListFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<ListFile> ListFile::open_path(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file::error_of(errno, "open", path);
  ListFile list(fd, path, 0);
  struct stat info {};
  if (::fstat(fd, &info) != 0) return file::error_of(errno, "stat", path);
  if (!S_ISREG(info.st_mode))
    return Error(ErrorCode::kInvalidArgument, "list.not_a_file", fmt::format("'{}' is not a file", path.string()))
        .hint("for a folder of pictures, make a list first: ava data import folder DIR -o LIST");
  list.size_ = static_cast<std::uint64_t>(info.st_size);
  return list;
}

Result<ListFile> ListFile::open(const std::string& list, const Sources& sources, const fs::path& spool,
                                const std::stop_token& stop) {
  if (!is_url(list)) return open_path(list);
  AVA_TRY(const auto resolver, make_resolver(sources));
  AVA_TRY(const auto reader, resolver->open(list));
  AVA_TRY(auto copy, format::OutFile::create(spool));
  std::vector<char> block(1u << 20);
  while (!stop.stop_requested()) {
    AVA_TRY(const std::size_t got, reader->read(block.data(), block.size()));
    if (got == 0) break;
    AVA_CHECK(copy.write(std::string_view(block.data(), got)));
  }
  AVA_CHECK(copy.close());
  return open_path(spool);
}

Result<void> ListFile::hold(std::uint64_t most) {
  if (size_ > most) return {};
  AVA_TRY(held_, read_at(0, static_cast<std::uint32_t>(size_)));
  return {};
}

Result<std::string> ListFile::read_at(std::uint64_t offset, std::uint32_t bytes) const {
  if (!held_.empty() && offset + bytes <= held_.size()) return held_.substr(offset, bytes);
  std::string text(bytes, '\0');
  std::size_t have = 0;
  while (have < bytes) {
    const ssize_t got = ::pread(fd_, text.data() + have, bytes - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file::error_of(errno, "read", path_);
    if (got == 0)
      return Error(ErrorCode::kConflict, "list.changed", fmt::format("'{}' changed while it was read", path_.string()));
    have += static_cast<std::size_t>(got);
  }
  return text;
}

sample::ListOptions list_options(const Sources& sources, const std::string& url_prefix, unsigned threads) {
  sample::ListOptions options;
  options.threads = threads;
  options.url_prefix = url_prefix;
  options.allow_relative = !sources.base_folder.empty();
  options.allow_local_paths = !sources.local_roots.empty();
  return options;
}

std::string name_of_url(std::string_view url) {
  std::string_view path = url;
  if (const auto uri = storage::parse_uri(url); uri.ok() && uri->kind == storage::UriKind::kBucket) {
    path = uri->key;
  } else if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    const std::size_t slash = url.find('/', scheme + 3);
    path = slash == std::string_view::npos ? url.substr(scheme + 3) : url.substr(slash);
  }
  path = path.substr(0, path.find_first_of("?#"));
  while (path.starts_with('/')) path.remove_prefix(1);
  return std::string(path);
}

unsigned thread_count(unsigned wanted) {
  if (wanted > 0) return wanted;
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace ava::pipeline
