#include "exchange/tree.hpp"

#include "base/file.hpp"
#include "storage/file.hpp"

namespace ava::exchange {

Result<Tree> Tree::of_folder(const std::filesystem::path& folder) {
  AVA_TRY(auto storage, storage::open_file(folder, false));
  return Tree(std::move(storage), "");
}

Result<void> Tree::walk(std::string_view folder, const Visit& visit, const std::stop_token& stop) const {
  const auto each = [&](const storage::ObjectInfo& object) {
    return visit(std::string_view(object.key).substr(prefix_.size()));
  };
  return storage::for_each(*storage_, prefix_ + std::string(folder), each, stop);
}

Result<std::vector<std::string>> Tree::names(std::string_view folder, std::size_t limit) const {
  storage::ListQuery query;
  query.prefix = prefix_ + std::string(folder);
  query.limit = limit;
  query.folders = true;
  AVA_TRY(const storage::Page page, storage_->list(query));
  std::vector<std::string> names;
  for (const storage::ObjectInfo& object : page.items) names.push_back(object.key.substr(query.prefix.size()));
  return names;
}

Result<std::string> Tree::read(std::string_view name, std::uint64_t limit_bytes) const {
  return storage_->read(prefix_ + std::string(name), limit_bytes);
}

Result<std::string> Tree::head(std::string_view name, std::size_t bytes) const {
  AVA_TRY(const auto reader, open(name));
  std::string text(bytes, '\0');
  std::size_t have = 0;
  while (have < bytes) {
    AVA_TRY(const std::size_t got, reader->read(text.data() + have, bytes - have));
    if (got == 0) break;
    have += got;
  }
  text.resize(have);
  return text;
}

Result<std::unique_ptr<storage::Reader>> Tree::open(std::string_view name) const {
  return storage_->open(prefix_ + std::string(name));
}

bool Tree::has(std::string_view name) const { return storage_->stat(prefix_ + std::string(name)).ok(); }

std::optional<std::filesystem::path> Tree::local_path(std::string_view name) const {
  return storage_->local_path(prefix_ + std::string(name));
}

std::string resolve_name(std::string_view folder, std::string_view name) {
  std::string joined(name);
  for (char& c : joined)
    if (c == '\\') c = '/';
  if (joined.empty() || joined.front() == '/' || (joined.size() > 1 && joined[1] == ':')) return {};
  joined.insert(0, folder);
  std::vector<std::string_view> parts;
  for (std::string_view rest = joined; !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else {
      if (parts.empty()) return {};
      parts.pop_back();
    }
  }
  std::string out;
  for (const std::string_view part : parts) {
    if (!out.empty()) out += '/';
    out += part;
  }
  return file::is_safe_relative(out) ? out : std::string();
}

std::string_view folder_of(std::string_view name) {
  const auto slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash + 1);
}

std::string_view base_of(std::string_view name) {
  const auto slash = name.find_last_of("/\\");
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

std::string_view without_ending(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos || dot < folder_of(name).size() ? name : name.substr(0, dot);
}

}  // namespace ava::exchange
