#include <algorithm>
#include <deque>

#include "exchange/importer.hpp"
#include "exchange/picture_names.hpp"

namespace ava::exchange {

namespace {

constexpr std::size_t kWidth = 20'000;  ///< names of one folder that are listed
constexpr std::size_t kKept = 200;      ///< pictures of one folder, and other files, that are kept
constexpr std::size_t kFolders = 200;   ///< looked into
constexpr long kDepth = 4;
/// Looked for by name where a folder holds more than is listed.
constexpr std::string_view kMarks[] = {"metadata.jsonl", "metadata.csv", "data.yaml", "obj.data",  "train.txt",
                                       "val.txt",        "train.lst",    "val.lst",   "index.lst", "annotations.xml"};

}  // namespace

Result<Glance> Glance::at(const Tree& tree, const std::string& focus) {
  Glance glance(tree, focus);
  if (!focus.empty()) {
    glance.files_.push_back(focus);
    return glance;
  }
  std::deque<std::string> open = {""};
  for (std::size_t looked = 0; !open.empty() && looked < kFolders; ++looked) {
    const std::string folder = std::move(open.front());
    open.pop_front();
    AVA_TRY(const auto names, tree.names(folder, kWidth));
    std::size_t pictures = 0, others = 0;
    for (const std::string& name : names) {
      if (name.starts_with('.') || name == "__MACOSX/") continue;
      const std::string full = folder + name;
      if (!full.ends_with('/')) {
        if ((is_picture(name) ? pictures : others)++ < kKept) glance.files_.push_back(full);
        continue;
      }
      if (glance.folders_.size() < kKept * kFolders) glance.folders_.push_back(full);
      if (std::count(full.begin(), full.end(), '/') < kDepth) open.push_back(full);
    }
    if (names.size() < kWidth) continue;
    for (const std::string_view mark : kMarks) {
      const std::string full = folder + std::string(mark);
      if (!glance.has_file(full) && tree.has(full)) glance.files_.push_back(full);
    }
  }
  return glance;
}

bool Glance::has_file(std::string_view name) const {
  return std::find(files_.begin(), files_.end(), name) != files_.end();
}

bool Glance::has_folder(std::string_view name) const {
  return std::find(folders_.begin(), folders_.end(), name) != folders_.end();
}

std::vector<std::string> Glance::ending_in(std::string_view ending, std::size_t limit) const {
  std::vector<std::string> found;
  for (const std::string& name : files_)
    if (found.size() < limit && (!focus_.empty() || ends_like(name, ending))) found.push_back(name);
  return found;
}

std::size_t Glance::pictures() const {
  return static_cast<std::size_t>(std::count_if(files_.begin(), files_.end(), is_picture));
}

std::string Glance::head(std::string_view name) const {
  auto text = tree_->head(name, 4096);
  return text.ok() ? *std::move(text) : std::string();
}

}  // namespace ava::exchange
