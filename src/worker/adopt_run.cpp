#include "worker/adopt_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "exchange/picture_names.hpp"
#include "pipeline/answer.hpp"
#include "pipeline/check.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/work_folder.hpp"
#include "sample/labels_csv.hpp"
#include "sample/list_writer.hpp"
#include "storage/object_uri.hpp"
#include "worker/adopt_files.hpp"
#include "worker/adopt_records.hpp"

namespace ava::worker {

using namespace pipeline;  // a job is its calls, put in order

void describe(schema::Visitor& v, AdoptSpec& x) {
  v.type("AdoptSpec");
  v.field("data", x.data, {.min = 1});
  v.field("index", x.index, {.required = false});
  v.field("labels", x.labels, {.required = false});
  v.field("format", x.format, {.required = false});
  v.field("task", x.task, {.required = false});
  v.field("split", x.split, {.required = false});
  v.field("label", x.label, {.required = false});
  v.field("batch", x.batch, {.min = 16, .max = 16});
  v.field("sources", x.sources, {.required = false});
  v.field("target", x.target);
}

void describe(schema::Visitor& v, AdoptResult& x) {
  v.type("AdoptResult");
  v.field("format", x.format);
  v.field("task", x.task);
  v.field("label", x.label);
  v.field("path", x.path);
  v.field("sample_count", x.sample_count);
  v.field("reject_count", x.reject_count);
  v.field("class_count", x.class_count);
  v.field("byte_count", x.byte_count);
  v.field("named", x.named);
  v.field("notes", x.notes);
}

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIn = ".in";  ///< of the work folder, gone before it is published
constexpr std::string_view kPreviewFolder = "preview";

sample::LabelType type_of(format::Task task) {
  return task == format::Task::kDetection ? sample::LabelType::kDetection : sample::LabelType::kClassification;
}

/// Every file of the set that proves something; its pictures are in the listing, one by one.
Result<std::vector<FileRecord>> files_of(const fs::path& set, std::uint64_t& bytes) {
  std::vector<FileRecord> files;
  std::error_code failed;
  for (auto entry = fs::recursive_directory_iterator(set, failed);
       !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
    if (!entry->is_regular_file(failed)) continue;
    const std::string name = entry->path().lexically_relative(set).generic_string();
    FileRecord record{.path = name, .bytes = entry->file_size(failed), .sha256 = {}, .outline_sha256 = {}};
    bytes += record.bytes;
    if (exchange::is_picture(name) || entry->path().filename() == kLockFile) continue;
    AVA_TRY(const Digest digest, sha256_of_file(entry->path().string()));
    record.sha256 = to_hex(digest);
    files.push_back(std::move(record));
  }
  if (failed) return file::error_of(failed.value(), "walk", set);
  std::sort(files.begin(), files.end(), [](const FileRecord& a, const FileRecord& b) { return a.path < b.path; });
  return files;
}

/// The state of one run_adopt() call.
class AdoptRun {
 public:
  AdoptRun(const AdoptSpec& spec, const OnProgress& on_progress, std::stop_token stop)
      : spec_(spec), meter_(on_progress), stop_(std::move(stop)) {}
  Result<AdoptResult> run();
  /// After a failure. Best effort: the failure itself is what matters.
  void keep_rejects(const fs::path& to) {
    if (rejects_) (void)rejects_->keep(to).ok();
  }

 private:
  Result<void> take_files();
  Result<void> read_records();
  Result<void> write_manifests();
  Result<void> write_preview() const;
  Result<void> write_stats() const;
  fs::path batch_folder() const { return folder_->path() / "sets" / spec_.batch; }
  fs::path set_folder() const { return batch_folder() / result_.format / spec_.split; }
  sample::LabelKey key() const { return {type_of(result_.task), spec_.label}; }

  const AdoptSpec& spec_;
  ProgressMeter meter_;
  std::stop_token stop_;
  std::unique_ptr<WorkFolder> folder_;
  std::optional<Rejects> rejects_;
  std::uint64_t expected_ = 0;
  AdoptedRecords found_;
  std::vector<PreviewItem> preview_;
  AdoptResult result_;
};

Result<void> AdoptRun::take_files() {
  const fs::path in = folder_->path() / kIn;
  AVA_CHECK(gather_set(spec_, in, meter_, stop_));
  meter_.begin("look for the set", 0, "items");
  AVA_TRY(const fs::path set, find_set(in, spec_.format, spec_.split));
  if (!spec_.labels.empty() && set != in) AVA_CHECK(file::move(in / "labels.csv", set / "labels.csv"));
  AVA_TRY(const ForeignSet opened, open_foreign(set));
  result_.format = opened.format;
  AVA_CHECK(file::make_dirs(set_folder().parent_path()));
  AVA_CHECK(file::move(set, set_folder()));
  AVA_CHECK(file::remove_tree(in));
  AVA_TRY(const LaidOut laid, lay_out_set(set_folder(), result_.format));
  expected_ = laid.records;
  if (laid.index_rebuilt) result_.notes["index_rebuilt"] = 1;
  return {};
}

Result<void> AdoptRun::read_records() {
  if (spec_.task.empty()) {
    AVA_TRY(result_.task, task_of_set(set_folder()));
  } else {
    AVA_TRY(result_.task, schema::value_of<format::Task>(spec_.task));
  }
  AVA_TRY(ForeignSet set, open_foreign(set_folder()));
  result_.named = !set.classes.empty();
  const ReadOptions options{.task = result_.task,
                            .split = spec_.split,
                            .records = expected_,
                            .listing = set_folder() / kSamplesFile,
                            .preview = folder_->path() / kPreviewFolder};
  AVA_TRY(found_, read_adopted(set, options, *rejects_, preview_, meter_, stop_));
  AVA_CHECK(rejects_->close());
  if (found_.good == 0) {
    const std::string reasons = rejects_->summary();
    return Error(ErrorCode::kInvalidArgument, "set.nothing_readable",
                 fmt::format("not one of {} records can be read", found_.records))
        .hint(reasons.empty() ? "the set is empty" : "reasons: " + reasons);
  }
  return {};
}

Result<void> AdoptRun::write_manifests() {
  const fs::path set = set_folder();
  AVA_TRY(const std::string labels, sample::write_labels_csv(found_.classes));
  AVA_CHECK(file::write_atomic(set / "labels.csv", labels));
  BatchManifest batch{.batch = spec_.batch, .root = to_hex(found_.root), .classes = found_.classes};
  batch.plan.label = key().str();
  batch.plan.task = result_.task;
  batch.plan.splits = {{spec_.split, 100.0}};
  batch.plan.shuffle = batch.plan.stratify = false;
  batch.plan.formats = {{result_.format, {}}};
  batch.counts = {.in = found_.records, .out = found_.good, .rejected = found_.bad};
  batch.counts.reasons = rejects_->reasons();
  SetManifest manifest{.batch = spec_.batch, .batch_root = batch.root, .format = result_.format, .split = spec_.split};
  manifest.foreign = true;
  manifest.range = fmt::format("0-{}", found_.records);
  manifest.split_root = batch.root;
  manifest.sample_count = found_.good;
  manifest.negatives = found_.negatives;
  for (std::size_t i = 0; i < found_.classes.size(); ++i)
    manifest.classes.push_back({found_.classes[i], found_.tally[i]});
  manifest.plan = batch.plan;
  AVA_TRY(manifest.files, files_of(set, result_.byte_count));
  const std::string text = schema::to_text(manifest) + "\n";
  AVA_CHECK(file::write_atomic(set / kSetFile, text));
  AVA_TRY(const std::string rejected, file::read(folder_->path() / kRejectsFile));
  AVA_CHECK(file::write_atomic(batch_folder() / kRejectsFile, rejected));
  const auto record = [](std::string path, std::string_view bytes) {
    return FileRecord{
        .path = std::move(path), .bytes = bytes.size(), .sha256 = to_hex(sha256(bytes)), .outline_sha256 = {}};
  };
  batch.files = {record(fmt::format("{}/{}/{}", result_.format, spec_.split, kSetFile), text),
                 record(std::string(kRejectsFile), rejected)};
  batch.sets = {{result_.format, spec_.split, fmt::format("{}/{}", result_.format, spec_.split), found_.good,
                 found_.classes.size(), result_.byte_count}};
  return file::write_atomic(batch_folder() / kBatchFile, schema::to_text(batch) + "\n");
}

/// A list of the pictures that were kept, so that people see what the set holds.
Result<void> AdoptRun::write_preview() const {
  std::string text;
  const std::string base = spec_.target.bucket.empty()
                               ? (fs::absolute(spec_.target.folder).lexically_normal() / kPreviewFolder / "").string()
                               : storage::bucket_uri(spec_.target.bucket, spec_.target.prefix) + "/preview/";
  for (const PreviewItem& item : preview_) {
    sample::Sample line{.url = base + item.file};
    sample::Label label{.type = type_of(result_.task), .name = spec_.label};
    const auto add = [&](std::uint32_t cls, std::vector<sample::Point> points) {
      label.data.push_back({.cls = found_.classes[cls], .points = std::move(points)});
    };
    if (result_.task == format::Task::kClassification) add(item.labels.cls, {});
    for (const std::uint32_t cls : item.labels.classes) add(cls, {});
    for (const format::Object& object : item.labels.objects)
      add(object.cls, object.polygon.empty() ? sample::corners_of(object.box) : object.polygon);
    line.labels.push_back(std::move(label));
    sample::append_line(text, line);
  }
  return file::write_atomic(folder_->path() / kPreviewFile, text);
}

Result<void> AdoptRun::write_stats() const {
  AVA_TRY(StatsReport stats, stats_of_set(set_folder().string()));
  stats.total_image_bytes = found_.picture_bytes;
  return file::write_atomic(folder_->path() / "stats.json", schema::to_text(stats) + "\n");
}

Result<AdoptResult> AdoptRun::run() {
  const std::string spec_sha256 = sha256_of_spec(spec_);
  AVA_TRY(folder_, WorkFolder::open(spec_.target, spec_.sources));
  AVA_TRY(const auto before, answered_before<AdoptResult>(*folder_, kAdoptFile, spec_sha256, "set"));
  if (before) return *before;
  AVA_TRY(auto rejects, Rejects::create(folder_->path() / kRejectsFile));
  rejects_ = std::move(rejects);
  AVA_CHECK(take_files());
  AVA_CHECK(read_records());
  AVA_CHECK(write_manifests());
  AVA_CHECK(write_preview());
  AVA_CHECK(write_stats());
  result_.label = {key().str(), std::string(sample::name_of(key().type)), spec_.label};
  result_.path = set_folder().lexically_relative(folder_->path()).generic_string();
  result_.sample_count = found_.good;
  result_.reject_count = found_.bad;
  result_.class_count = found_.classes.size();
  AVA_CHECK(put_answer(*folder_, kAdoptFile, spec_sha256, result_));
  meter_.finish("publish");
  AVA_CHECK(folder_->publish(kAdoptFile, stop_));
  return result_;
}

}  // namespace

Result<AdoptResult> run_adopt(const AdoptSpec& spec, const OnProgress& on_progress, const std::stop_token& stop,
                              const fs::path& keep_rejects) {
  AdoptRun work(spec, on_progress, stop);
  auto result = work.run();
  if (!result.ok() && !keep_rejects.empty()) work.keep_rejects(keep_rejects);
  return result;
}

}  // namespace ava::worker
