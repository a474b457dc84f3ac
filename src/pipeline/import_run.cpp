#include "pipeline/import_run.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <limits>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "format/out_file.hpp"
#include "pipeline/answer.hpp"
#include "pipeline/archive_import.hpp"
#include "pipeline/check.hpp"
#include "pipeline/foreign_import.hpp"
#include "pipeline/list_import.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/sources.hpp"
#include "pipeline/work_folder.hpp"
#include "schema/json.hpp"
#include "storage/all.hpp"
#include "storage/archive.hpp"
#include "storage/file.hpp"
#include "storage/object_uri.hpp"

namespace ava::pipeline {

namespace {

namespace fs = std::filesystem;

// Of the work folder, gone before it is published.
constexpr std::string_view kLines = ".list";
constexpr std::string_view kSource = ".source";
constexpr std::string_view kLabels = "labels";
constexpr std::uint64_t kHead = 8192;
constexpr std::uint64_t kWhole = std::numeric_limits<std::uint64_t>::max();

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
  Result<std::shared_ptr<storage::Reader>> open_source() const;
  Result<ImportKind> kind_of_source() const;
  Result<ListImport> import_as(ImportKind kind);
  Result<ListImport> import_source_list();
  Result<ListImport> import_archive();
  Result<ListImport> import_prefix();
  Result<ListImport> import_file();
  Result<ListImport> import_tree(ForeignSource source);
  Result<exchange::Tree> source_as_tree(std::uint64_t bytes) const;
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
  std::string importer_;
  std::map<std::string, std::uint64_t, std::less<>> notes_;
};

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
  if (!is_url(spec_.source) && fs::is_directory(spec_.source)) return ImportKind::kPrefix;
  AVA_TRY(const auto tree, source_as_tree(kHead));
  AVA_TRY(const std::string head, tree.head(kLabels, kHead));
  if (storage::is_archive(head)) return ImportKind::kArchive;
  const auto choice = exchange::choose_importer(tree, std::string(kLabels), spec_.as);
  const bool foreign = choice.ok() && choice->importer->name() != "list";
  // What nobody recognizes is read as a list, which says line by line what is wrong.
  if (!choice.ok() && choice.error().slug() != "import.not_recognized") return choice.error();
  return foreign ? ImportKind::kFile : ImportKind::kList;
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

/// A tree of files: the importer's lines first, then the way of every list.
Result<ListImport> ImportRun::import_tree(ForeignSource source) {
  source.as = spec_.as;
  source.options = spec_.options.text;
  source.label = spec_.label;
  source.labels_only = source.labels_only || spec_.labels_only;
  source.fail_on_reject = spec_.fail_on_reject;
  const fs::path lines = folder_->path() / kLines;
  const auto on_reject = [this](const sample::Reject& reject) { return rejects_->add(reject); };
  AVA_TRY(const ForeignImport found, import_foreign(source, lines, on_reject, meter_, stop_));
  importer_ = found.importer;
  notes_ = found.counts.notes;
  AVA_TRY(auto bytes, sample::source_of_file(lines.string()));
  return read_lines(std::move(bytes), spec_.url_prefix);
}

Result<ListImport> ImportRun::import_archive() {
  AVA_TRY(const auto reader, open_source());
  AVA_TRY(picture_bytes_, unpack_pictures(*reader, folder_->path(), *rejects_, meter_, stop_));
  AVA_TRY(auto tree, exchange::Tree::of_folder(folder_->path() / kPicturesFolder));
  const std::string prefix = base_of(spec_.target) + std::string(kPicturesFolder);
  ForeignSource source{.tree = std::move(tree), .url_prefix = prefix};
  source.store = [this](std::string_view name, std::string_view bytes) -> Result<void> {
    const fs::path path = folder_->path() / kPicturesFolder / name;
    picture_bytes_ += bytes.size();
    AVA_CHECK(file::make_dirs(path.parent_path()));
    return file::write_atomic(path, bytes);
  };
  AVA_TRY(ListImport list, import_tree(std::move(source)));
  AVA_CHECK(remove_label_files(folder_->path(), stop_));
  return list;
}

Result<ListImport> ImportRun::import_prefix() {
  if (!is_url(spec_.source)) {
    AVA_TRY(auto tree, exchange::Tree::of_folder(spec_.source));
    const std::string here = (fs::absolute(spec_.source).lexically_normal() / "").string();
    return import_tree({.tree = std::move(tree), .url_prefix = spec_.url_prefix.empty() ? here : spec_.url_prefix});
  }
  const auto uri = storage::parse_uri(spec_.source);
  const auto bucket = uri.ok() ? spec_.sources.buckets.find(std::string(uri->bucket)) : spec_.sources.buckets.end();
  if (!uri.ok() || uri->kind != storage::UriKind::kBucket || bucket == spec_.sources.buckets.end())
    return Error(ErrorCode::kInvalidArgument, "import.bad_prefix",
                 fmt::format("'{}' is no prefix of a bound bucket", spec_.source))
        .hint("write it as qiniu:///<bucket>/<folder>/");
  AVA_TRY(const auto storage, storage::open(bucket->second, {.create_root = false}));
  std::string prefix(uri->key);
  if (!prefix.empty() && !prefix.ends_with('/')) prefix += '/';
  const std::string url_prefix = storage::bucket_uri(uri->bucket, prefix);
  return import_tree({.tree = exchange::Tree(storage, prefix), .url_prefix = url_prefix});
}

/// One label file, whose pictures lie where its names and the prefix say.
Result<ListImport> ImportRun::import_file() {
  AVA_TRY(auto tree, source_as_tree(kWhole));
  return import_tree(
      {.tree = std::move(tree), .focus = std::string(kLabels), .url_prefix = spec_.url_prefix, .labels_only = true});
}

/// The source, or its first bytes, as a file of the work folder.
Result<exchange::Tree> ImportRun::source_as_tree(std::uint64_t bytes) const {
  const fs::path folder = folder_->path() / kSource;
  AVA_CHECK(file::remove_tree(folder));
  AVA_CHECK(file::make_dirs(folder));
  AVA_TRY(const auto reader, open_source());
  AVA_TRY(auto out, format::OutFile::create(folder / kLabels));
  std::string block(std::size_t{1} << 18, '\0');
  for (std::uint64_t left = bytes; left > 0;) {
    if (stop_.stop_requested()) return Error(ErrorCode::kCancelled, "import.cancelled", "stopped while copying");
    AVA_TRY(const std::size_t got, reader->read(block.data(), std::min<std::uint64_t>(block.size(), left)));
    if (got == 0) break;
    AVA_CHECK(out.write(std::string_view(block).substr(0, got)));
    left -= got;
  }
  AVA_CHECK(out.close());
  return exchange::Tree::of_folder(folder);
}

Result<ListImport> ImportRun::import_as(ImportKind kind) {
  if (kind == ImportKind::kArchive) return import_archive();
  if (kind == ImportKind::kPrefix) return import_prefix();
  if (kind == ImportKind::kFile) return import_file();
  return import_source_list();
}

Result<ImportResult> ImportRun::finish(ImportKind kind, const ListImport& list) {
  ImportResult result{.kind = std::string(schema::name_of(kind)), .list_uri = list_uri_of(spec_.target)};
  result.importer = importer_;
  result.item_count = list.counts.items;
  for (const auto& [slug, count] : rejects_->reasons()) result.reject_count += count;
  result.byte_count = list.list_bytes + picture_bytes_;
  result.labelled = list.stats.labelled();
  result.labels = summaries_of(list.stats);
  result.warnings = {list.counts.warnings.begin(), list.counts.warnings.end()};
  for (const auto& [note, count] : notes_) result.warnings[note] += count;
  StatsReport stats = report_of(list.stats);
  stats.total_image_bytes = picture_bytes_;
  const fs::path& work = folder_->path();
  AVA_CHECK(file::write_atomic(work / kStatsFile, schema::to_text(stats) + "\n"));
  AVA_CHECK(put_answer(*folder_, kImportFile, spec_sha256_, result));
  AVA_CHECK(file::remove_tree(work / kLines));
  AVA_CHECK(file::remove_tree(work / kSource));
  AVA_CHECK(file::remove_tree(work / storage::kTempPrefix));
  meter_.finish("publish");
  AVA_CHECK(folder_->publish(kListFile, stop_));
  return result;
}

Result<ImportResult> ImportRun::run() {
  if (!spec_.as.empty() && spec_.as != "auto") AVA_CHECK(exchange::find_importer(spec_.as));
  spec_sha256_ = sha256_of_spec(spec_);
  AVA_TRY(resolver_, make_resolver(spec_.sources));
  AVA_TRY(folder_, WorkFolder::open(spec_.target, spec_.sources));
  AVA_TRY(const auto before, answered_before<ImportResult>(*folder_, kImportFile, spec_sha256_, "import"));
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
