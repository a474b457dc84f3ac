#include "pipeline/import_run.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "pipeline/archive_import.hpp"
#include "pipeline/check.hpp"
#include "pipeline/list_import.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/sources.hpp"
#include "pipeline/work_folder.hpp"
#include "sample/folder_import.hpp"
#include "schema/json.hpp"
#include "storage/all.hpp"
#include "storage/archive.hpp"
#include "storage/file.hpp"
#include "storage/object_uri.hpp"

namespace ava::pipeline {

namespace {

namespace fs = std::filesystem;

/// `import.json`: the answer, and of what question.
struct ImportRecord {
  std::string spec_sha256;
  ImportResult result;
};
void describe(schema::Visitor& v, ImportRecord& x) {
  v.type("ImportRecord");
  v.field("spec_sha256", x.spec_sha256);
  v.field("result", x.result);
}

/// Where names of this target begin: "qiniu:///bucket/prefix/" or "/folder/".
std::string base_of(const Target& target) {
  if (!target.bucket.empty()) return storage::bucket_uri(target.bucket, target.prefix) + "/";
  return (fs::absolute(target.folder).lexically_normal() / "").string();
}

sample::ByteSource source_of(const std::shared_ptr<storage::Reader>& reader) {
  return [reader](char* buffer, std::size_t size) { return reader->read(buffer, size); };
}

/// The state of one run_import() call.
class ImportRun {
 public:
  ImportRun(const ImportSpec& spec, const OnProgress& on_progress, std::stop_token stop)
      : spec_(spec), meter_(on_progress), stop_(std::move(stop)) {}
  Result<ImportResult> run();
  /// After a failure. Best effort: the failure itself is what matters.
  void keep_rejects(const std::filesystem::path& to) {
    if (rejects_) (void)rejects_->keep(to).ok();
  }

 private:
  Result<std::optional<ImportResult>> finished_before() const;
  Result<std::shared_ptr<storage::Reader>> open_source() const;
  Result<ImportKind> kind_of_source() const;
  Result<ListImport> import_as(ImportKind kind);
  Result<ListImport> import_source_list();
  Result<ListImport> import_archive();
  Result<ListImport> import_prefix();
  Result<ListImport> read_lines(sample::ByteSource lines, const std::string& url_prefix);
  Result<ImportResult> finish(ImportKind kind, const ListImport& list);

  const ImportSpec& spec_;
  ProgressMeter meter_;
  std::stop_token stop_;
  std::string spec_sha256_;
  std::shared_ptr<const storage::Resolver> resolver_;
  std::unique_ptr<WorkFolder> folder_;
  std::optional<Rejects> rejects_;
  std::uint64_t picture_bytes_ = 0;
};

Result<std::optional<ImportResult>> ImportRun::finished_before() const {
  AVA_TRY(const auto text, folder_->existing(kImportFile));
  if (!text) return std::optional<ImportResult>{};
  const auto record = schema::from_text<ImportRecord>(*text);
  if (record.ok() && record->spec_sha256 == spec_sha256_) return std::optional<ImportResult>(record->result);
  return Error(ErrorCode::kConflict, "target.exists", "another import is already there");
}

Result<std::shared_ptr<storage::Reader>> ImportRun::open_source() const {
  if (is_url(spec_.source)) {
    AVA_TRY(std::unique_ptr<storage::Reader> reader, resolver_->open(spec_.source));
    return std::shared_ptr<storage::Reader>(std::move(reader));
  }
  const fs::path path = fs::absolute(spec_.source);
  AVA_TRY(const auto folder, storage::open_file(path.parent_path(), false));
  AVA_TRY(std::unique_ptr<storage::Reader> reader, folder->open(path.filename().string()));
  return std::shared_ptr<storage::Reader>(std::move(reader));
}

Result<ImportKind> ImportRun::kind_of_source() const {
  if (spec_.kind != ImportKind::kAuto) return spec_.kind;
  if (spec_.source.ends_with('/')) return ImportKind::kPrefix;
  AVA_TRY(const auto reader, open_source());
  std::string head(512, '\0');
  std::size_t have = 0;
  while (have < head.size()) {
    AVA_TRY(const std::size_t got, reader->read(head.data() + have, head.size() - have));
    if (got == 0) break;
    have += got;
  }
  head.resize(have);
  return storage::is_archive(head) ? ImportKind::kArchive : ImportKind::kList;
}

Result<ListImport> ImportRun::read_lines(sample::ByteSource lines, const std::string& url_prefix) {
  meter_.begin("read list", 0, "items");
  sample::ListOptions options = list_options(spec_.sources, url_prefix, 1);
  options.allow_local_paths = spec_.allow_local_paths || spec_.target.bucket.empty();
  return import_list(std::move(lines), options, spec_.fail_on_reject, folder_->path() / kListFile, *rejects_, meter_,
                     stop_);
}

Result<ListImport> ImportRun::import_source_list() {
  AVA_TRY(auto reader, open_source());
  return read_lines(source_of(reader), spec_.url_prefix);
}

Result<ListImport> ImportRun::import_archive() {
  AVA_TRY(const auto reader, open_source());
  const std::string prefix = base_of(spec_.target) + "pictures/";
  AVA_TRY(ArchiveList list, unpack_pictures(*reader, folder_->path(), prefix, spec_.label, *rejects_, meter_, stop_));
  picture_bytes_ = list.picture_bytes;
  return read_lines(std::move(list.lines), list.url_prefix);
}

Result<ListImport> ImportRun::import_prefix() {
  const auto uri = storage::parse_uri(spec_.source);
  const auto bucket = uri.ok() ? spec_.sources.buckets.find(std::string(uri->bucket)) : spec_.sources.buckets.end();
  if (!uri.ok() || uri->kind != storage::UriKind::kBucket || bucket == spec_.sources.buckets.end())
    return Error(ErrorCode::kInvalidArgument, "import.bad_prefix",
                 fmt::format("'{}' is no prefix of a bound bucket", spec_.source))
        .hint("write it as qiniu:///<bucket>/<folder>/");
  AVA_TRY(const auto storage, storage::open(bucket->second, {.create_root = false}));
  std::string prefix(uri->key);
  if (!prefix.empty() && !prefix.ends_with('/')) prefix += '/';
  AVA_TRY(auto out, format::OutFile::create(folder_->path() / ".list"));
  sample::FolderImport import({.url_prefix = storage::bucket_uri(uri->bucket, prefix), .label = spec_.label});
  meter_.begin("list pictures", 0, "items");
  const auto visit = [&](const storage::ObjectInfo& object) -> Result<void> {
    std::string line;
    sample::Reject reject;
    const auto outcome = import.add(std::string_view(object.key).substr(prefix.size()), line, reject);
    meter_.add(1);
    if (outcome == sample::FolderImport::Outcome::kRejected) return rejects_->add(reject);
    return outcome == sample::FolderImport::Outcome::kItem ? out.write(line) : Result<void>();
  };
  AVA_CHECK(storage::for_each(*storage, prefix, visit, stop_));
  AVA_CHECK(out.close());
  AVA_TRY(auto lines, sample::source_of_file((folder_->path() / ".list").string()));
  return read_lines(std::move(lines), {});
}

Result<ListImport> ImportRun::import_as(ImportKind kind) {
  if (kind == ImportKind::kArchive) return import_archive();
  if (kind == ImportKind::kPrefix) return import_prefix();
  return import_source_list();
}

Result<ImportResult> ImportRun::finish(ImportKind kind, const ListImport& list) {
  ImportResult result{.kind = std::string(schema::name_of(kind)), .list_uri = list_uri_of(spec_.target)};
  result.item_count = list.counts.items;
  for (const auto& [slug, count] : rejects_->reasons()) result.reject_count += count;
  result.byte_count = list.list_bytes + picture_bytes_;
  result.labelled = list.stats.labelled();
  for (const sample::LabelCount& label : list.stats.labels)
    result.labels.push_back({label.key.str(), std::string(sample::name_of(label.key.type)), label.key.name});
  if (list.stats.face.total > 0) result.labels.push_back({"face.face", "face", "face"});
  result.warnings = {list.counts.warnings.begin(), list.counts.warnings.end()};
  StatsReport stats = report_of(list.stats);
  stats.total_image_bytes = picture_bytes_;
  const fs::path& work = folder_->path();
  AVA_CHECK(file::write_atomic(work / kStatsFile, schema::to_text(stats) + "\n"));
  AVA_CHECK(file::write_atomic(work / kImportFile, schema::to_text(ImportRecord{spec_sha256_, result}) + "\n"));
  AVA_CHECK(file::remove_tree(work / ".list"));
  meter_.finish("publish");
  AVA_CHECK(folder_->publish(kListFile, stop_));
  return result;
}

Result<ImportResult> ImportRun::run() {
  spec_sha256_ = to_hex(sha256(schema::to_text(spec_)));
  AVA_TRY(resolver_, make_resolver(spec_.sources));
  AVA_TRY(folder_, WorkFolder::open(spec_.target, spec_.sources));
  AVA_TRY(const auto before, finished_before());
  if (before) return *before;
  AVA_TRY(auto rejects, Rejects::create(folder_->path() / kRejectsFile));
  rejects_ = std::move(rejects);
  AVA_TRY(const ImportKind kind, kind_of_source());
  AVA_TRY(const ListImport list, import_as(kind));
  AVA_CHECK(rejects_->close());
  if (list.counts.items == 0) {
    const std::string reasons = rejects_->summary();
    return Error(ErrorCode::kInvalidArgument, "list.no_items", "not one good item in it")
        .hint(reasons.empty() ? "it is empty" : "reasons: " + reasons);
  }
  return finish(kind, list);
}

}  // namespace

std::string list_uri_of(const Target& target) { return base_of(target) + std::string(kListFile); }

Result<ImportResult> run_import(const ImportSpec& spec, const OnProgress& on_progress, const std::stop_token& stop,
                                const std::filesystem::path& keep_rejects) {
  ImportRun work(spec, on_progress, stop);
  auto result = work.run();
  if (!result.ok() && !keep_rejects.empty()) work.keep_rejects(keep_rejects);
  return result;
}

}  // namespace ava::pipeline
