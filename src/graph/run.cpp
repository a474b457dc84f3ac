#include "graph/run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_set>

#include "base/file.hpp"
#include "graph/check.hpp"
#include "graph/finished_rows.hpp"
#include "graph/item.hpp"
#include "graph/made_items.hpp"
#include "pipeline/ordered.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/rejects.hpp"
#include "pipeline/work_folder.hpp"
#include "sample/list_writer.hpp"

namespace ava::graph {

namespace {

namespace fs = std::filesystem;
constexpr std::size_t kRowsPerBatch = 4;
constexpr std::string_view kRejectsFile = "rejects.jsonl";

/// What one thread made of some rows.
struct Batch {
  std::vector<RowOutcome> outcomes;
  std::vector<sample::Reject> rejects;
  std::uint64_t resumed = 0;
  std::uint64_t from_cache = 0;
};

/// Must the work end, or is it the picture that is bad?
bool ends_the_work(const Error& error) {
  return error.slug() == "file.no_space" || error.slug() == "list.changed" || storage::is_store_failure(error) ||
         error.code() == ErrorCode::kCancelled;
}

class GraphRun {
 public:
  GraphRun(const RunSpec& spec, const pipeline::OnProgress& on_progress, const std::stop_token& stop)
      : spec_(spec), meter_(on_progress), stop_(stop) {}
  Result<RunResult> run();
  void keep_rejects(const fs::path& to) {
    if (rejects_) (void)rejects_->keep(to).ok();
  }
  Error with_what_is_left(Error failed) const;

 private:
  Result<void> open();
  Result<void> make_plan();
  Result<std::string> digest_of_plan() const;
  Result<std::optional<RunResult>> finished_before() const;
  Result<unsigned> producers() const;
  Result<void> make_pictures();
  Result<Batch> make_batch(std::uint64_t batch, const std::stop_token& stop);
  Result<RowOutcome> make_row(const std::vector<Item>& items, RowMaker& maker, std::uint64_t& from_cache);
  Result<Made> find_or_make(const Item& item, RowMaker& maker, std::uint64_t& from_cache);
  Result<void> take(const Batch& batch);
  Result<void> check_rejects() const;
  Result<void> remove_strays() const;
  Result<RunResult> finish();
  std::string picture_url(const std::string& name) const;

  const RunSpec& spec_;
  pipeline::ProgressMeter meter_;
  std::stop_token stop_;
  Graph graph_;
  std::unique_ptr<pipeline::WorkFolder> folder_;
  std::shared_ptr<const storage::Resolver> resolver_;
  std::optional<pipeline::Rejects> rejects_;
  std::optional<Plan> plan_;
  std::optional<format::OutFile> list_;
  std::unique_ptr<FinishedRows> finished_;
  std::unique_ptr<MadeItems> made_before_;
  sample::ListOptions options_;
  RunResult result_;
};

Result<void> GraphRun::open() {
  AVA_TRY(graph_, parse(spec_.graph.text));
  AVA_CHECK(first_error(check(graph_)));
  graph_.seed = spec_.seed;
  result_.seed = spec_.seed;
  options_ = pipeline::list_options(spec_.inputs.sources, spec_.inputs.url_prefix, 1);
  AVA_TRY(resolver_, pipeline::make_resolver(spec_.inputs.sources));
  AVA_TRY(folder_, pipeline::WorkFolder::open(spec_.target, spec_.inputs.sources));
  AVA_TRY(rejects_, pipeline::Rejects::create(folder_->path() / kRejectsFile));
  return {};
}

Result<void> GraphRun::make_plan() {
  meter_.begin("read list", 0, "bytes");
  PlanOptions options;
  options.seed = spec_.seed;
  options.threads = pipeline::thread_count(spec_.threads);
  options.spool = folder_->path() / ".lists";
  AVA_CHECK(file::make_dirs(options.spool));
  options.on_reject = [this](const sample::Reject& reject) { return rejects_->add(reject); };
  options.on_bytes = [this](std::uint64_t bytes) { meter_.set(bytes); };
  AVA_TRY(plan_, Plan::make(graph_, spec_.inputs, options, stop_));
  result_.counts = plan_->counts();
  result_.rejected = plan_->counts().rejected;
  AVA_TRY(result_.plan, digest_of_plan());
  return {};
}

/// Everything that decides the result: the graph but for where an editor draws it, and the lists.
Result<std::string> GraphRun::digest_of_plan() const {
  Graph plain = graph_;
  plain.layout.clear();
  Sha256 hash;
  hash.update("ava graph 1\n").update(to_json(plain, -1));
  for (const pipeline::ListFile& list : plan_->rows().files) {
    AVA_TRY(const Digest digest, sha256_of_file(list.path().string()));
    hash.update(to_hex(digest));
  }
  return to_hex(hash.finish());
}

/// The same, already visible: nothing is left to do.
Result<std::optional<RunResult>> GraphRun::finished_before() const {
  AVA_TRY(const auto text, folder_->existing(kReportFile));
  if (!text) return std::optional<RunResult>{};
  auto before = schema::from_text<RunResult>(*text);
  if (!before.ok() || before->plan != result_.plan)
    return Error(ErrorCode::kConflict, "target.exists", "another result is already there")
        .hint("choose another folder, or remove it first");
  before->already_there = true;
  return std::optional<RunResult>(*std::move(before));
}

/// One thread per core; where pictures come from other machines, as many as keep 16 requests in flight.
Result<unsigned> GraphRun::producers() const {
  const unsigned threads = pipeline::thread_count(spec_.threads);
  const std::size_t count = plan_->rows().rows.size();
  for (std::size_t row = 0; row < count; row += count / 16 + 1) {
    AVA_TRY(const std::string line, plan_->line_of(row));
    AVA_TRY(const sample::Sample parsed, sample::parse_sample(line, options_));
    if (pipeline::is_url(parsed.url) && resolver_->is_remote(parsed.url)) return std::max(threads, 16u);
  }
  return threads;
}

std::string GraphRun::picture_url(const std::string& name) const {
  if (!spec_.target.folder.empty()) return "pictures/" + name;
  return fmt::format("qiniu:///{}/{}/pictures/{}", spec_.target.bucket, spec_.target.prefix, name);
}

Result<Made> GraphRun::find_or_make(const Item& item, RowMaker& maker, std::uint64_t& from_cache) {
  if (made_before_ == nullptr) return maker.make(item);
  AVA_TRY(const auto key, made_before_->key_of(maker, item));
  if (!key) return maker.make(item);
  if (auto found = made_before_->find(*key)) {
    ++from_cache;
    return *std::move(found);
  }
  AVA_TRY(Made made, maker.make(item));
  made_before_->keep(*key, made);
  return made;
}

Result<RowOutcome> GraphRun::make_row(const std::vector<Item>& items, RowMaker& maker, std::uint64_t& from_cache) {
  RowOutcome outcome;
  for (const Item& item : items) {
    if (item.lineage.empty()) {
      sample::append_line(outcome.lines, maker.sample());
      ++outcome.kept;
      continue;
    }
    AVA_TRY(Made made, find_or_make(item, maker, from_cache));
    const std::string name = maker.name_of(item, made);
    AVA_CHECK(finished_->write(name, made.bytes));
    made.sample.url = picture_url(name);
    sample::append_line(outcome.lines, made.sample);
    outcome.labels.add(made.labels);
    outcome.bytes += made.bytes.size();
    outcome.pictures.emplace_back(name, to_hex(sha256(made.bytes)));
    ++outcome.generated;
  }
  return outcome;
}

Result<Batch> GraphRun::make_batch(std::uint64_t batch, const std::stop_token& stop) {
  Batch made;
  const std::size_t from = batch * kRowsPerBatch;
  const std::size_t to = std::min(from + kRowsPerBatch, plan_->rows().rows.size());
  for (std::size_t row = from; row < to; ++row) {
    if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled");
    const std::vector<Item> items = plan_->items_of(row);
    if (items.empty()) continue;
    const Row& place = plan_->rows().rows[row];
    AVA_TRY(const auto maker, RowMaker::open(*plan_, *resolver_, spec_.inputs.sources, options_, row));
    const bool generates = !items.back().lineage.empty();
    const std::string stamp = generates ? resolver_->stamp(maker->sample().url) : "";
    const Digest key = generates ? finished_->key_of(place.hash, maker->line(), stamp) : Digest{};
    if (generates)
      if (auto found = finished_->find(key)) {
        made.resumed += found->generated;
        made.outcomes.push_back(*std::move(found));
        continue;
      }
    auto outcome = make_row(items, *maker, made.from_cache);
    if (outcome.ok()) {
      if (generates) finished_->keep(key, *outcome);
      made.outcomes.push_back(*std::move(outcome));
      continue;
    }
    if (ends_the_work(outcome.error())) return std::move(outcome).error();
    made.rejects.push_back({.line = place.line,
                            .url = maker->sample().url,
                            .slug = outcome.error().slug(),
                            .detail = outcome.error().message(),
                            .hint = outcome.error().hint()});
  }
  return made;
}

Result<void> GraphRun::take(const Batch& batch) {
  std::uint64_t items = 0;
  for (const RowOutcome& outcome : batch.outcomes) {
    AVA_CHECK(list_->write(outcome.lines));
    items += outcome.kept + outcome.generated;
    result_.kept += outcome.kept;
    result_.generated += outcome.generated;
    result_.bytes += outcome.bytes;
    result_.boxes_clipped += outcome.labels.boxes_clipped;
    result_.boxes_dropped += outcome.labels.boxes_dropped;
    result_.landmarks_dropped += outcome.labels.landmarks_dropped;
  }
  for (const sample::Reject& reject : batch.rejects) {
    AVA_CHECK(rejects_->add(reject));
    ++result_.rejected;
  }
  result_.resumed += batch.resumed;
  result_.from_cache += batch.from_cache;
  if (result_.resumed > 0) meter_.rename(fmt::format("make pictures, {} made before", result_.resumed));
  meter_.add(items);
  return {};
}

Result<void> GraphRun::make_pictures() {
  AVA_TRY(list_, format::OutFile::create(folder_->path() / kListFile));
  AVA_TRY(finished_, FinishedRows::open(folder_->spool(), result_.plan));
  if (!spec_.cache.empty()) made_before_ = MadeItems::open(spec_.cache, spec_.cache_bytes, *plan_);
  meter_.begin("make pictures", result_.counts.output, "items");
  const std::uint64_t batches = (plan_->rows().rows.size() + kRowsPerBatch - 1) / kRowsPerBatch;
  AVA_TRY(const unsigned threads, producers());
  pipeline::Ordered<Batch> ordered(batches, threads);
  const pipeline::Ordered<Batch>::Produce produce = [this](std::uint64_t batch, const std::stop_token& stop) {
    return make_batch(batch, stop);
  };
  const pipeline::Ordered<Batch>::Consume consume = [this](const Batch& batch) { return take(batch); };
  return ordered.run(produce, consume, stop_);
}

Result<void> GraphRun::check_rejects() const {
  const double most = spec_.max_reject_ratio * static_cast<double>(plan_->rows().lines);
  if (static_cast<double>(result_.rejected) > most)
    return Error(ErrorCode::kInvalidArgument, "graph.too_many_rejects",
                 fmt::format("{} of {} rows are bad, more than max_reject_ratio {} allows", result_.rejected,
                             plan_->rows().lines, spec_.max_reject_ratio))
        .hint("reasons: " + rejects_->summary());
  if (result_.kept + result_.generated > 0) return {};
  Error nothing(ErrorCode::kInvalidArgument, "graph.nothing_left", "no row is left at the output");
  return rejects_->summary().empty() ? nothing : std::move(nothing).hint("reasons: " + rejects_->summary());
}

/// An earlier attempt may have made pictures of a source that is another one now.
Result<void> GraphRun::remove_strays() const {
  std::uint64_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_->path() / "pictures"))
    files += entry.is_regular_file();
  if (files == result_.generated) return {};
  AVA_TRY(const std::string text, file::read(folder_->path() / kListFile, 1ull << 40));
  for (const auto& entry : fs::recursive_directory_iterator(folder_->path() / "pictures")) {
    const std::string name = entry.path().lexically_relative(folder_->path() / "pictures").generic_string();
    if (entry.is_regular_file() && text.find(name) == std::string::npos) AVA_CHECK(file::remove_tree(entry.path()));
  }
  return {};
}

Result<RunResult> GraphRun::finish() {
  AVA_CHECK(check_rejects());
  AVA_CHECK(list_->close());
  AVA_CHECK(rejects_->close());
  result_.rows = result_.kept + result_.generated;
  result_.reasons = rejects_->reasons();
  result_.list = spec_.target.folder.empty()
                     ? fmt::format("qiniu:///{}/{}/{}", spec_.target.bucket, spec_.target.prefix, kListFile)
                     : (fs::path(spec_.target.folder) / kListFile).string();
  AVA_CHECK(file::remove_tree(folder_->path() / ".lists"));
  AVA_CHECK(file::move(finished_->pictures(), folder_->path() / "pictures"));
  AVA_CHECK(remove_strays());
  AVA_CHECK(file::write_atomic(folder_->path() / kGraphFile, to_json(graph_) + "\n"));
  RunResult report = result_;
  report.resumed = report.from_cache = 0;  // the same whoever made them
  report.list = kListFile;
  AVA_CHECK(file::write_atomic(folder_->path() / kReportFile, schema::to_text(report) + "\n"));
  meter_.finish("publish");
  // One call instead of a sync per picture.
  const int fd = ::open(folder_->path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::syncfs(fd) == 0;
  const int failed = errno;
  if (fd >= 0) ::close(fd);
  if (!synced) return file::error_of(failed, "sync", folder_->path());
  AVA_CHECK(folder_->publish(kReportFile, stop_));
  return result_;
}

Result<RunResult> GraphRun::run() {
  AVA_CHECK(open());
  AVA_CHECK(make_plan());
  AVA_TRY(const auto before, finished_before());
  if (before) {
    AVA_CHECK(folder_->remove_spool());
    return *before;
  }
  AVA_CHECK(make_pictures());
  return finish();
}

Error GraphRun::with_what_is_left(Error failed) const {
  const std::size_t left = finished_ == nullptr ? 0 : finished_->size();
  if (left == 0 || spec_.target.folder.empty()) return failed;
  const std::string kept = fmt::format("{} finished rows are kept in '{}': the same command goes on from there", left,
                                       folder_->path().string());
  const std::string hint = failed.hint().empty() ? kept : failed.hint() + "; " + kept;
  return std::move(failed).hint(hint);
}

}  // namespace

void describe(schema::Visitor& v, RunSpec& x) {
  v.type("GraphRunSpec");
  v.field("graph", x.graph);
  v.field("inputs", x.inputs);
  v.field("seed", x.seed, {.required = false});
  v.field("threads", x.threads, {.doc = "0: one per core", .required = false, .max = 256});
  v.field("max_reject_ratio", x.max_reject_ratio, {.required = false, .min = 0, .max = 1});
  v.field("target", x.target);
  v.field("cache", x.cache, {.required = false});
  v.field("cache_bytes", x.cache_bytes, {.required = false});
}

void describe(schema::Visitor& v, RunResult& x) {
  v.type("GraphRunResult");
  v.field("plan", x.plan, {.doc = "Digest of lists, graph and seed"});
  v.field("seed", x.seed);
  v.field("counts", x.counts, {.doc = "As planned from the labels"});
  v.field("rows", x.rows, {.doc = "kept + generated"});
  v.field("kept", x.kept, {.doc = "Rows whose picture is the source's"});
  v.field("generated", x.generated, {.doc = "Rows with a picture of their own"});
  v.field("bytes", x.bytes, {.doc = "Of generated pictures"});
  v.field("boxes_clipped", x.boxes_clipped);
  v.field("boxes_dropped", x.boxes_dropped);
  v.field("landmarks_dropped", x.landmarks_dropped);
  v.field("rejected", x.rejected, {.doc = "Source rows that are bad"});
  v.field("reasons", x.reasons);
  v.field("list", x.list);
  v.field("resumed", x.resumed, {.doc = "Pictures that an earlier attempt had finished"});
  v.field("from_cache", x.from_cache, {.doc = "Pictures that another job had made", .required = false});
  v.field("already_there", x.already_there);
}

Result<RunResult> run(const RunSpec& spec, const pipeline::OnProgress& on_progress, const std::stop_token& stop,
                      const fs::path& keep_rejects) {
  GraphRun work(spec, on_progress, stop);
  auto result = work.run();
  if (!result.ok()) result = work.with_what_is_left(std::move(result).error());
  if (!result.ok() && !keep_rejects.empty()) work.keep_rejects(keep_rejects);
  return result;
}

}  // namespace ava::graph
