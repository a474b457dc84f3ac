#include "pipeline/archive_import.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "base/file.hpp"
#include "format/out_file.hpp"
#include "sample/folder_import.hpp"
#include "storage/archive.hpp"
#include "storage/file.hpp"

namespace ava::pipeline {

namespace {

namespace fs = std::filesystem;
using sample::FolderImport;

constexpr std::string_view kPictures = "pictures/";

/// A list at the top of the archive, or in the one folder that holds everything.
bool may_be_list(std::string_view name) {
  if (std::count(name.begin(), name.end(), '/') > 1) return false;
  for (const std::string_view ending : {".jsonlist", ".lst", ".jsonl", ".json"})
    if (name.ends_with(ending)) return true;
  return false;
}

/// "top/" when every name lies in that folder and, below it, in another one.
std::string common_top(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string top = names.front().substr(0, names.front().find('/') + 1);
  if (top.empty()) return {};
  for (const std::string& name : names)
    if (!name.starts_with(top) || name.find('/', top.size()) == std::string::npos) return {};
  return top;
}

/// What an archive held, gathered while it is unpacked.
struct Unpacked {
  std::vector<std::string> pictures;
  std::string list_name;
  std::string list_text;
  std::uint64_t bytes = 0;
};

Result<Unpacked> unpack(storage::Reader& archive, storage::Storage& to, Rejects& rejects, ProgressMeter& meter,
                        const std::stop_token& stop) {
  Unpacked found;
  FolderImport probe({});
  storage::ArchiveVisitor visitor;
  Result<void> refused;
  visitor.wanted = [&](std::string_view name) {
    std::string line;
    sample::Reject reject;
    const auto outcome = probe.add(name, line, reject);
    if (may_be_list(name)) return true;
    if (outcome == FolderImport::Outcome::kRejected && refused.ok()) refused = rejects.add(reject);
    return outcome == FolderImport::Outcome::kItem;
  };
  visitor.entry = [&](storage::ArchiveEntry&& entry) -> Result<void> {
    meter.add(1);
    if (!may_be_list(entry.name)) {
      found.bytes += entry.bytes.size();
      found.pictures.push_back(std::move(entry.name));
      return {};
    }
    AVA_CHECK(to.remove(std::string(kPictures) + entry.name));
    if (!found.list_name.empty() && found.list_name <= entry.name) return {};
    found.list_name = std::move(entry.name);
    found.list_text = std::move(entry.bytes);
    return {};
  };
  visitor.problem = [&](const storage::ArchiveProblem& problem) {
    sample::Reject reject;
    reject.url = problem.name;
    reject.slug = problem.slug;
    reject.detail = problem.detail;
    return rejects.add(reject);
  };
  AVA_CHECK(storage::unpack_archive(archive, to, kPictures, visitor, {}, stop));
  AVA_CHECK(std::move(refused));
  return found;
}

}  // namespace

Result<ArchiveList> unpack_pictures(storage::Reader& archive, const fs::path& folder, const std::string& url_prefix,
                                    const std::string& label, Rejects& rejects, ProgressMeter& meter,
                                    const std::stop_token& stop) {
  meter.begin("unpack", 0, "items");
  // The folder is published whole and only then counts: thousands of small pictures are synced at once.
  AVA_TRY(const auto to, storage::open_file(folder, true, storage::Durability::kAtSync));
  AVA_TRY(Unpacked found, unpack(archive, *to, rejects, meter, stop));
  AVA_CHECK(storage::sync_all(folder));
  ArchiveList list{.picture_bytes = found.bytes};
  if (!found.list_name.empty()) {
    list.lines = sample::source_of(std::move(found.list_text));
    list.url_prefix = url_prefix + found.list_name.substr(0, found.list_name.rfind('/') + 1);
    return list;
  }
  std::sort(found.pictures.begin(), found.pictures.end());
  const std::string top = common_top(found.pictures);
  AVA_TRY(auto out, format::OutFile::create(folder / ".list"));
  FolderImport import({.url_prefix = url_prefix + top, .label = label});
  for (const std::string& name : found.pictures) {
    std::string line;
    sample::Reject reject;
    const auto outcome = import.add(std::string_view(name).substr(top.size()), line, reject);
    if (outcome == FolderImport::Outcome::kItem) AVA_CHECK(out.write(line));
    if (outcome == FolderImport::Outcome::kRejected) AVA_CHECK(rejects.add(reject));
  }
  AVA_CHECK(out.close());
  AVA_TRY(list.lines, sample::source_of_file((folder / ".list").string()));
  return list;
}

}  // namespace ava::pipeline
