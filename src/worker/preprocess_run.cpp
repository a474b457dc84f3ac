#include "worker/preprocess_run.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "pipeline/check.hpp"
#include "pipeline/import_run.hpp"
#include "pipeline/list_import.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/sources.hpp"
#include "schema/json.hpp"
#include "storage/all.hpp"
#include "storage/file.hpp"

namespace ava::worker {

using namespace pipeline;  // a job is its calls, put in order

namespace {

namespace fs = std::filesystem;

/// What this job answered, beside what it made: the last object that is written.
constexpr std::string_view kAnswerFile = "preprocess.json";
constexpr std::uint64_t kLargestAnswer = 16u << 20;

class PreprocessRun {
 public:
  PreprocessRun(const graph::RunSpec& spec, fs::path folder, const OnProgress& on_progress, std::stop_token stop)
      : spec_(spec), folder_(std::move(folder)), on_progress_(on_progress), stop_(std::move(stop)) {}
  Result<PreprocessResult> run(const fs::path& keep_rejects);

 private:
  std::string key(std::string_view name) const { return fmt::format("{}/{}", spec_.target.prefix, name); }
  Result<std::optional<PreprocessResult>> answered_before() const;
  Result<ListImport> import_made_list();
  Result<void> put_file(const fs::path& file, std::string_view name);

  const graph::RunSpec& spec_;
  fs::path folder_;
  const OnProgress& on_progress_;
  std::stop_token stop_;
  std::shared_ptr<storage::Storage> bucket_;
};

/// Asked again after a kill between the end of the work and the note that it is done. Nobody else writes here: the
/// prefix is the dataset's.
Result<std::optional<PreprocessResult>> PreprocessRun::answered_before() const {
  const auto text = bucket_->read(key(kAnswerFile), kLargestAnswer);
  if (!text.ok() && text.error().code() == ErrorCode::kNotFound) return std::optional<PreprocessResult>{};
  if (!text.ok()) return text.error();
  AVA_TRY(auto result, schema::from_text<PreprocessResult>(*text));
  return std::optional<PreprocessResult>(std::move(result));
}

Result<void> PreprocessRun::put_file(const fs::path& file, std::string_view name) {
  AVA_TRY(const auto from, storage::open_file(file.parent_path(), false));
  AVA_CHECK(storage::copy(*from, file.filename().string(), *bucket_, key(name), stop_));
  return {};
}

/// The list that the graph made, in the form of every dataset's, with its statistics.
Result<ListImport> PreprocessRun::import_made_list() {
  const fs::path list = folder_ / kListFile;
  AVA_TRY(std::shared_ptr<storage::Reader> reader, bucket_->open(key(graph::kListFile)));
  ProgressMeter meter(on_progress_);
  meter.begin("read list", 0, "items");
  const fs::path none_of = folder_ / "made-rejects.jsonl";
  AVA_TRY(auto none, Rejects::create(none_of));
  const auto lines = [reader](char* buffer, std::size_t size) { return reader->read(buffer, size); };
  // AVA wrote it: a line that cannot be read is no reject but damage.
  AVA_TRY(ListImport made,
          import_list(lines, list_options(spec_.inputs.sources, {}, 1), true, list, none, meter, stop_));
  AVA_CHECK(put_file(list, kListFile));
  AVA_CHECK(file::remove_tree(list));
  AVA_CHECK(file::remove_tree(none_of));
  meter.finish("publish");
  return made;
}

Result<PreprocessResult> PreprocessRun::run(const fs::path& keep_rejects) {
  const auto uri = spec_.inputs.sources.buckets.find(spec_.target.bucket);
  if (uri == spec_.inputs.sources.buckets.end())
    return Error(ErrorCode::kInvalidArgument, "target.bucket_unknown",
                 fmt::format("no bucket '{}'", spec_.target.bucket));
  AVA_TRY(bucket_, storage::open(uri->second));
  AVA_TRY(const auto before, answered_before());
  if (before) return *before;
  AVA_TRY(const auto made, graph::run(spec_, on_progress_, stop_, keep_rejects));
  AVA_TRY(const ListImport list, import_made_list());
  PreprocessResult result;
  result.list_uri = list_uri_of(spec_.target);
  result.item_count = list.counts.items;
  result.made_count = made.generated;
  result.reject_count = made.rejected;
  result.byte_count = list.list_bytes + made.bytes;
  result.labels = summaries_of(list.stats);
  StatsReport stats = report_of(list.stats);
  stats.total_image_bytes = made.bytes;
  AVA_CHECK(storage::put(*bucket_, key(kStatsFile), schema::to_text(stats) + "\n"));
  AVA_CHECK(storage::put(*bucket_, key(kAnswerFile), schema::to_text(result) + "\n"));
  // The graph's own list says the same as the dataset's.
  AVA_CHECK(bucket_->remove(key(graph::kListFile)));
  return result;
}

}  // namespace

void describe(schema::Visitor& v, PreprocessResult& x) {
  v.type("PreprocessResult");
  v.field("list_uri", x.list_uri);
  v.field("item_count", x.item_count);
  v.field("made_count", x.made_count);
  v.field("reject_count", x.reject_count);
  v.field("byte_count", x.byte_count);
  v.field("labels", x.labels);
}

Result<PreprocessResult> run_preprocess(const graph::RunSpec& spec, const fs::path& folder,
                                        const OnProgress& on_progress, const std::stop_token& stop,
                                        const fs::path& keep_rejects) {
  return PreprocessRun(spec, folder, on_progress, stop).run(keep_rejects);
}

}  // namespace ava::worker
