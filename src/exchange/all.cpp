#include "exchange/all.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "exchange/drivers.hpp"

namespace ava::exchange {

namespace {

constexpr int kSure = 50;
constexpr int kClose = 15;  ///< two guesses nearer than this are no decision
constexpr int kLooks = 3;   ///< folders that hold nothing but one folder, one in another

struct Candidate {
  const Importer* importer = nullptr;
  Guess guess;
};

/// The best first; those that see nothing are left out.
std::vector<Candidate> guesses(const Glance& glance, const Importer* only) {
  std::vector<Candidate> found;
  for (const Importer* importer : importers()) {
    if (only != nullptr && importer != only) continue;
    Guess guess = importer->detect(glance);
    if (guess.confidence > 0) found.push_back({importer, std::move(guess)});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Candidate& a, const Candidate& b) { return a.guess.confidence > b.guess.confidence; });
  return found;
}

Result<void> check_clear(const std::vector<Candidate>& found) {
  if (found.size() < 2 || found[1].guess.confidence < kSure) return {};
  if (found[0].guess.confidence - found[1].guess.confidence >= kClose) return {};
  std::string seen, names;
  for (const Candidate& candidate : found) {
    if (candidate.guess.confidence < kSure) break;
    seen += fmt::format("{}{} ({})", seen.empty() ? "" : ", ", candidate.importer->name(), candidate.guess.reason);
    names += fmt::format("{}{}", names.empty() ? "" : "|", candidate.importer->name());
  }
  return Error(ErrorCode::kInvalidArgument, "import.ambiguous", "it may be " + seen)
      .hint(fmt::format("say which: --as {}", names))
      .detail("candidates", names);
}

/// The one folder that holds everything below `folder`, or "".
std::string only_folder(const Tree& tree) {
  auto names = tree.names("", 8);
  if (!names.ok()) return {};
  std::erase_if(*names, [](const std::string& name) { return name.starts_with('.') || name == "__MACOSX/"; });
  return names->size() == 1 && names->front().ends_with('/') ? names->front() : std::string();
}

}  // namespace

std::span<const Importer* const> importers() {
  // clang-format off
  static const std::array<const Importer*, 11> kAll = {
      &list_importer(),
      &folder_importer(),
      &unlabelled_importer(),
      &caffe_importer(),
      &mxnet_importer(),
      &coco_importer(),
      &voc_importer(),
      &yolo_importer(),
      &cvat_importer(),
      &labelme_importer(),
      &huggingface_importer(),
  };
  // clang-format on
  return kAll;
}

std::string importer_names() {
  std::string names;
  for (const Importer* importer : importers()) {
    if (!names.empty()) names += ", ";
    names += importer->name();
  }
  return names;
}

Result<const Importer*> find_importer(std::string_view name) {
  for (const Importer* importer : importers())
    if (importer->name() == name) return importer;
  return Error(ErrorCode::kInvalidArgument, "import.unknown_kind", fmt::format("no importer is called '{}'", name))
      .hint("kinds: auto, " + importer_names());
}

Result<Choice> choose_importer(const Tree& tree, const std::string& focus, std::string_view as) {
  const Importer* only = nullptr;
  if (!as.empty() && as != "auto") {
    AVA_TRY(only, find_importer(as));
  }
  Choice best{only, {}, ""};
  std::string folder;
  for (int look = 0; look < kLooks; ++look) {
    const Tree here = tree.below(folder);
    AVA_TRY(const Glance glance, Glance::at(here, focus));
    const auto found = guesses(glance, only);
    if (only == nullptr && best.guess.confidence < kSure) AVA_CHECK(check_clear(found));
    if (!found.empty() && found.front().guess.confidence > best.guess.confidence)
      best = {found.front().importer, found.front().guess, folder};
    if (!focus.empty()) break;
    const std::string deeper = only_folder(here);
    if (deeper.empty()) break;
    folder += deeper;
  }
  if (best.importer != nullptr) return best;
  return Error(ErrorCode::kInvalidArgument, "import.not_recognized", "neither pictures nor a known label format")
      .hint("say what it is with --as: " + importer_names());
}

}  // namespace ava::exchange
