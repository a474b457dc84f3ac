#include "sample/folder_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/file.hpp"
#include "sample/list_writer.hpp"

namespace ava::sample {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 10> kPictures = {".jpg", ".jpeg", ".jpe", ".jfif", ".png",
                                                        ".gif", ".webp", ".bmp", ".tif",  ".tiff"};
constexpr std::array<std::string_view, 8> kSideFiles = {".txt", ".md",   ".json", ".csv",
                                                        ".xml", ".html", ".lst",  ".yaml"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

template <std::size_t N>
bool ends_with_one_of(std::string_view name, const std::array<std::string_view, N>& endings) {
  for (const auto ending : endings)
    if (name.ends_with(ending)) return true;
  return false;
}

/// Hidden files, files of systems and notes: nobody means them as pictures.
bool is_side_file(std::string_view relative, const std::string& name) {
  if (relative.starts_with('.') || relative.find("/.") != std::string_view::npos) return true;
  if (relative.starts_with("__MACOSX/")) return true;
  if (name == "thumbs.db" || name == "desktop.ini" || name == "license" || name == "readme") return true;
  return ends_with_one_of(name, kSideFiles);
}

}  // namespace

FolderImport::Outcome FolderImport::add(std::string_view relative, std::string& line, Reject& reject) {
  ++counts_.seen;
  const auto refuse = [&](std::string_view slug, std::string detail, std::string_view hint) {
    ++counts_.rejected;
    reject = {};
    reject.url = options_.url_prefix + std::string(relative);
    reject.slug = slug;
    reject.detail = std::move(detail);
    reject.hint = hint;
    return Outcome::kRejected;
  };
  std::size_t bad = 0;
  if (!file::is_utf8(relative, &bad)) {
    std::string shown;
    for (const char c : relative) shown += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : "?";
    ++counts_.rejected;
    reject = {};
    reject.slug = "name_not_utf8";
    reject.detail = fmt::format("'{}': byte {} of the name is not UTF-8", shown, bad);
    reject.hint = "rename the file";
    return Outcome::kRejected;
  }
  const auto slash = relative.rfind('/');
  const std::string name = lower(slash == std::string_view::npos ? relative : relative.substr(slash + 1));
  if (!ends_with_one_of(name, kPictures)) {
    if (!is_side_file(relative, name))
      return refuse("not_a_picture", fmt::format("'{}' has no picture's ending", relative), "");
    ++counts_.ignored;
    return Outcome::kIgnored;
  }
  if (is_side_file(relative, name)) {
    ++counts_.ignored;
    return Outcome::kIgnored;
  }
  const auto top = relative.find('/');
  const std::string_view cls =
      !options_.labelled || top == std::string_view::npos ? std::string_view() : relative.substr(0, top);
  if (!cls.empty()) {
    if (const auto good = check_class_name(cls); !good.ok())
      return refuse(good.error().slug(), good.error().message(), "rename the folder");
  }
  Sample sample;
  sample.url = options_.url_prefix + std::string(relative);
  if (!cls.empty()) {
    Label& label = sample.labels.emplace_back();
    label.name = options_.label;
    label.data.emplace_back().cls = cls;
  } else {
    ++counts_.unlabelled;
  }
  ++counts_.items;
  line = to_line(sample);
  return Outcome::kItem;
}

namespace {

/// Names of one folder in byte order of the paths they make.
Result<std::vector<std::string>> sorted_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    std::error_code ignored;
    // A linked folder may lead anywhere, even up into itself.
    const bool is_folder = it->is_directory(ignored) && !it->is_symlink(ignored);
    if (it->is_directory(ignored) && !is_folder) continue;
    names.push_back(it->path().filename().string() + (is_folder ? "/" : ""));
  }
  if (failed) return file::error_of(failed.value(), "list", folder);
  std::sort(names.begin(), names.end());
  return names;
}

struct Walk {
  const fs::path& root;
  const std::function<Result<void>(std::string_view relative)>& visit;
  const std::stop_token& stop;

  Result<void> folder(const std::string& relative, int depth) const {
    if (depth > 64) return {};
    AVA_TRY(const auto names, sorted_names(root / relative));
    for (const std::string& name : names) {
      if (stop.stop_requested())
        return Error(ErrorCode::kCancelled, "list.cancelled", "stopped while reading the folder");
      if (name.ends_with('/')) {
        AVA_CHECK(folder(relative + name, depth + 1));
      } else {
        AVA_CHECK(visit(relative + name));
      }
    }
    return {};
  }
};

}  // namespace

Result<FolderCounts> import_folder(const fs::path& root, const FolderOptions& options,
                                   const std::function<Result<void>(std::string_view line)>& on_line,
                                   const std::function<Result<void>(const Reject&)>& on_reject,
                                   const std::stop_token& stop) {
  FolderImport import(options);
  std::string line;
  Reject reject;
  const std::function<Result<void>(std::string_view)> visit = [&](std::string_view relative) -> Result<void> {
    switch (import.add(relative, line, reject)) {
      case FolderImport::Outcome::kItem:
        return on_line(line);
      case FolderImport::Outcome::kRejected:
        return on_reject(reject);
      case FolderImport::Outcome::kIgnored:
        break;
    }
    return {};
  };
  AVA_CHECK((Walk{root, visit, stop}.folder("", 0)));
  if (import.counts().items == 0)
    return Error(ErrorCode::kInvalidArgument, "folder.no_pictures", fmt::format("no picture below '{}'", root.string()))
        .hint("put the pictures of each class into a folder of that name");
  return import.counts();
}

}  // namespace ava::sample
