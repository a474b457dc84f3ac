#include "pipeline/archive_import.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "exchange/picture_names.hpp"
#include "storage/archive.hpp"
#include "storage/file.hpp"

namespace ava::pipeline {

namespace {

namespace fs = std::filesystem;
using exchange::NameKind;

bool is_label_file(std::string_view name) {
  if (name.starts_with('.') || name.find("/.") != std::string_view::npos || name.starts_with("__MACOSX/")) return false;
  for (const std::string_view ending :
       {".json", ".jsonl", ".jsonlist", ".lst", ".xml", ".txt", ".csv", ".yaml", ".yml", ".names", ".data"})
    if (exchange::ends_like(name, ending)) return true;
  return false;
}

sample::Reject not_a_picture(std::string_view name) {
  sample::Reject reject;
  reject.url = name;
  reject.slug = "not_a_picture";
  reject.detail = fmt::format("'{}' has no picture's ending", name);
  return reject;
}

}  // namespace

Result<std::uint64_t> unpack_pictures(storage::Reader& archive, const fs::path& folder, Rejects& rejects,
                                      ProgressMeter& meter, const std::stop_token& stop) {
  meter.begin("unpack", 0, "items");
  // The folder is published whole and only then counts: thousands of small pictures are synced at once.
  AVA_TRY(const auto to, storage::open_file(folder, true, storage::Durability::kAtSync));
  std::uint64_t picture_bytes = 0;
  Result<void> refused;
  storage::ArchiveVisitor visitor;
  visitor.wanted = [&](std::string_view name) {
    const NameKind kind = exchange::kind_of_name(name);
    if (kind == NameKind::kOther && refused.ok()) refused = rejects.add(not_a_picture(name));
    return kind == NameKind::kPicture || is_label_file(name);
  };
  visitor.entry = [&](storage::ArchiveEntry&& entry) -> Result<void> {
    meter.add(1);
    if (exchange::is_picture(entry.name)) picture_bytes += entry.bytes.size();
    return {};
  };
  visitor.problem = [&](const storage::ArchiveProblem& problem) {
    sample::Reject reject;
    reject.url = problem.name;
    reject.slug = problem.slug;
    reject.detail = problem.detail;
    return rejects.add(reject);
  };
  AVA_CHECK(storage::unpack_archive(archive, *to, kPicturesFolder, visitor, {}, stop));
  AVA_CHECK(std::move(refused));
  AVA_CHECK(storage::sync_all(folder));
  AVA_CHECK(file::make_dirs(folder / kPicturesFolder));
  return picture_bytes;
}

Result<void> remove_label_files(const fs::path& folder, const std::stop_token& stop) {
  AVA_TRY(const auto there, storage::open_file(folder, false));
  const auto remove = [&](const storage::ObjectInfo& object) -> Result<void> {
    return exchange::is_picture(object.key) ? Result<void>() : there->remove(object.key);
  };
  return storage::for_each(*there, kPicturesFolder, remove, stop);
}

}  // namespace ava::pipeline
