#include "pipeline/format_run.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <unordered_set>

#include "base/file.hpp"
#include "cache/made_pictures.hpp"
#include "pipeline/batch_writer.hpp"
#include "pipeline/catalogue.hpp"
#include "pipeline/fingerprint_pass.hpp"
#include "pipeline/format_request.hpp"
#include "pipeline/groups.hpp"
#include "pipeline/ordered.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/rejects.hpp"
#include "pipeline/sources.hpp"
#include "pipeline/work_folder.hpp"

namespace ava::pipeline {

namespace {

constexpr std::uint64_t kBytesInFlight = 64u << 20;
constexpr std::uint64_t kMostListHeld = 16u << 20;

/// What one thread made of some items.
struct Made {
  std::uint64_t batch = 0;
  std::uint64_t bytes = 0;
  std::vector<std::variant<Picture, sample::Reject>> pictures;
};

/// Pictures come and go in the thousands. Left to itself the allocator gives the pages of each back to the kernel and
/// faults them in again for the next; the byte budget bounds what it holds instead.
void keep_freed_pages() {
  ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(kBytesInFlight));
  ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(kBytesInFlight / 4));
}

std::string_view why_in_no_part(SplitBy split_by) {
  if (split_by == SplitBy::kPercent) return "the shares add up to less than 100 %";
  return split_by == SplitBy::kCounts ? "the parts have as many samples as were asked for" : "no part was given to it";
}

/// The state of one run_format() call.
class FormatRun {
 public:
  FormatRun(const FormatSpec& spec, const OnProgress& on_progress, std::stop_token stop)
      : spec_(spec), meter_(on_progress), stop_(std::move(stop)) {}
  Result<FormatResult> run();
  /// What the next attempt will find, as a hint. A server, which writes into buckets, makes no promise.
  Error with_what_is_left(Error failed) const;
  /// After a failure. Best effort: the failure itself is what matters.
  void keep_rejects(const std::filesystem::path& to) {
    if (rejects_) (void)rejects_->keep(to).ok();
  }

 private:
  Result<std::optional<FormatResult>> finished_before() const;
  Result<void> read_list();
  Result<void> make_groups();
  Result<Plan> make_plan_of_the_good() const;
  void open_made();
  void count_made(const Picture& picture);
  Result<bool> write_pass(const Plan& plan);
  Result<Made> make_batch(const Plan& plan, const PictureStage& stage, std::uint64_t batch,
                          const std::stop_token& stop);
  Result<void> take_batch(const Plan& plan, Made made);
  Result<void> reject_picture(std::uint32_t item, const sample::Reject& reject);
  Result<void> list_refused(std::uint32_t item, std::vector<sample::Reject>& refused);
  Result<void> list_left_out(const std::vector<std::uint32_t>& items, std::string_view slug, std::string_view detail);
  Result<void> check_reject_ratio() const;
  Result<void> add_groups(BatchManifest& manifest) const;
  Result<FormatResult> finish(const Plan& plan);

  const FormatSpec& spec_;
  ProgressMeter meter_;
  std::stop_token stop_;
  FormatRequest request_;
  std::unique_ptr<WorkFolder> folder_;
  std::optional<ListFile> list_;
  std::shared_ptr<const storage::Resolver> resolver_;
  std::optional<Rejects> rejects_;
  Catalogue catalogue_;
  Groups groups_;
  ObjectCounts objects_;
  std::unordered_set<std::uint32_t> boxes_listed_;  ///< items with refused boxes; few
  std::uint64_t bad_pictures_ = 0;
  std::shared_ptr<cache::MadePictures> made_;
  std::uint64_t from_cache_ = 0;
  std::uint64_t resumed_ = 0;
  std::unique_ptr<BatchWriter> writer_;
  std::unique_ptr<ByteBudget> budget_;
  Pace pace_;
};

/// The same plan made from the same list, already visible: nothing is left to do.
Result<std::optional<FormatResult>> FormatRun::finished_before() const {
  AVA_TRY(const auto text, folder_->existing(kBatchFile));
  if (!text) return std::optional<FormatResult>{};
  const auto manifest = schema::from_text<BatchManifest>(*text);
  if (!manifest.ok() || schema::to_text(manifest->plan) != schema::to_text(request_.record_of(spec_, catalogue_)) ||
      (!spec_.batch.empty() && manifest->batch != spec_.batch))
    return Error(ErrorCode::kConflict, "target.exists", "another batch is already there")
        .hint("choose another folder, or remove it first");
  return std::optional<FormatResult>(FormatResult{.batch = manifest->batch,
                                                  .root = manifest->root,
                                                  .label = manifest->plan.label,
                                                  .task = manifest->plan.task,
                                                  .classes = manifest->classes,
                                                  .counts = manifest->counts,
                                                  .groups = manifest->groups,
                                                  .sets = manifest->sets,
                                                  .already_there = true});
}

Result<void> FormatRun::read_list() {
  AVA_TRY(auto list, ListFile::open(spec_.list, spec_.sources, folder_->path() / ".list", stop_));
  list_ = std::move(list);
  AVA_TRY(auto rejects, Rejects::create(folder_->path() / kRejectsFile));
  rejects_ = std::move(rejects);
  meter_.begin("read list", list_->size_bytes(), "bytes");
  const auto options = list_options(spec_.sources, spec_.url_prefix, thread_count(spec_.threads));
  const OnReject on_reject = [this](const sample::Reject& reject) { return rejects_->add(reject); };
  const OnBytes on_bytes = [this](std::uint64_t bytes) { meter_.set(bytes); };
  const CatalogueOptions what{.label = spec_.label,
                              .multi_label = spec_.multi_label,
                              .negatives = request_.pictures.negatives,
                              .parts = request_.parts ? &*request_.parts : nullptr};
  AVA_TRY(catalogue_, read_catalogue(*list_, options, what, on_reject, on_bytes, stop_));
  objects_ = catalogue_.objects;
  AVA_CHECK(list_->hold(kMostListHeld));
  return request_.check_formats_carry(catalogue_.use.task);
}

Result<void> FormatRun::make_groups() {
  std::vector<Fingerprint> prints;
  if (request_.together.reads_pictures()) {
    const OnBadPicture on_bad = [this](std::uint32_t item, const sample::Reject& reject) {
      return reject_picture(item, reject);
    };
    AVA_TRY(prints, fingerprints_of(catalogue_, *list_, resolver_, request_.pictures, request_.together.near,
                                    thread_count(spec_.threads), meter_, on_bad, stop_));
  }
  AVA_TRY(Groups made, Groups::make(request_.together, catalogue_, *list_, request_.pictures.list, prints, stop_));
  if (made.summary(catalogue_).groups > 0) groups_ = std::move(made);
  return {};
}

Result<Plan> FormatRun::make_plan_of_the_good() const {
  const PlanOptions options{.shares = request_.shares,
                            .split_by = spec_.split_by,
                            .shuffle = spec_.shuffle,
                            .stratify = spec_.stratify,
                            .seed = spec_.seed,
                            .min_per_class = spec_.min_per_class,
                            .max_per_class = spec_.max_per_class,
                            .keep_all_classes = catalogue_.use.task != format::Task::kClassification,
                            .group_of = groups_.group_of(),
                            .part_of = catalogue_.part_of};
  auto plan = make_plan(catalogue_.class_of, catalogue_.classes, options);
  if (!plan.ok() && plan.error().slug() == "batch.no_samples" && !rejects_->summary().empty())
    return std::move(plan.error()).hint("reasons: " + rejects_->summary());
  return plan;
}

Result<Made> FormatRun::make_batch(const Plan& plan, const PictureStage& stage, std::uint64_t batch,
                                   const std::stop_token& stop) {
  Made made{.batch = batch};
  const std::uint64_t from = batch * pace_.at_once;
  const std::uint64_t to = std::min<std::uint64_t>(from + pace_.at_once, plan.order.size());
  made.pictures.reserve(to - from);  // they must not move: `digests` points at one
  DigestPairs digests;
  sample::UrlReader urls(request_.pictures.list);
  for (std::uint64_t i = from; i < to; ++i) {
    const CatalogueItem& item = catalogue_.items[plan.order[i]];
    AVA_TRY(const std::string line, list_->read_at(item.offset, item.bytes));
    AVA_TRY(auto outcome, stage.make(line, item.line, urls));
    std::uint64_t bytes = 0;
    made.pictures.push_back(std::move(outcome));
    if (Picture* picture = std::get_if<Picture>(&made.pictures.back())) {
      bytes = picture->bytes->size() + (picture->planes ? picture->planes->size() : 0);
      digests.add(*picture);
    }
    if (!budget_->take(batch, bytes, stop))
      return Error(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled");
    made.bytes += bytes;
  }
  digests.finish();
  return made;
}

Result<void> FormatRun::check_reject_ratio() const {
  const std::uint64_t bad = catalogue_.rejected + bad_pictures_;
  const double most = spec_.max_reject_ratio * static_cast<double>(catalogue_.lines);
  if (static_cast<double>(bad) <= most) return {};
  return Error(ErrorCode::kInvalidArgument, "batch.too_many_rejects",
               fmt::format("{} of {} items are bad, more than max_reject_ratio {} allows", bad, catalogue_.lines,
                           spec_.max_reject_ratio))
      .hint("reasons: " + rejects_->summary());
}

Result<void> FormatRun::reject_picture(std::uint32_t item, const sample::Reject& reject) {
  catalogue_.class_of[item] = kNoClass;
  ++bad_pictures_;
  AVA_CHECK(rejects_->add(reject));
  return check_reject_ratio();
}

/// A second pass finds the same boxes again: they are listed once.
Result<void> FormatRun::list_refused(std::uint32_t item, std::vector<sample::Reject>& refused) {
  if (refused.empty() || !boxes_listed_.insert(item).second) return {};
  for (sample::Reject& reject : refused) {
    reject.line = catalogue_.items[item].line;
    AVA_CHECK(rejects_->add(reject));
  }
  return {};
}

Result<void> FormatRun::take_batch(const Plan& plan, Made made) {
  std::vector<BatchWriter::Entry> entries;
  for (std::size_t i = 0; i < made.pictures.size(); ++i) {
    const std::uint32_t item = plan.order[made.batch * pace_.at_once + i];
    if (const auto* reject = std::get_if<sample::Reject>(&made.pictures[i])) {
      writer_.reset();  // this plan is void: check the rest, then write the plan without the bad ones
      AVA_CHECK(reject_picture(item, *reject));
      continue;
    }
    if (writer_ == nullptr) continue;
    Picture picture = std::get<Picture>(std::move(made.pictures[i]));
    if (catalogue_.use.task == format::Task::kClassification)
      picture.labels.cls = plan.class_index[catalogue_.class_of[item]];
    AVA_CHECK(list_refused(item, picture.refused));
    objects_.add(picture.objects);
    count_made(picture);
    entries.push_back({.picture = std::move(picture), .line = catalogue_.items[item].line});
  }
  const std::uint64_t count = made.pictures.size();
  if (writer_ != nullptr) AVA_CHECK(writer_->append(std::move(entries)));
  budget_->release(made.bytes, made.batch + 1);
  meter_.add(count);
  return {};
}

/// Pictures that were finished before: those of the spool are of this list, with this transform.
void FormatRun::open_made() {
  made_ = cache::MadePictures::open({.cache = spec_.cache,
                                     .cache_bytes = spec_.cache_bytes,
                                     .spool = folder_->spool(),
                                     .list = to_hex(catalogue_.list_sha256),
                                     .transform = request_.pictures.transform(),
                                     .transforms = request_.pictures.transforms()});
}

void FormatRun::count_made(const Picture& picture) {
  if (picture.by == cache::MadeBy::kThisRun) return;
  ++(picture.by == cache::MadeBy::kCache ? from_cache_ : resumed_);
  meter_.rename(fmt::format("write sets, {} made before", from_cache_ + resumed_));
}

/// True when the sets are complete; false when bad pictures were found and are now known.
Result<bool> FormatRun::write_pass(const Plan& plan) {
  for (const RequestedFormat& wanted : request_.formats)
    AVA_CHECK(file::remove_tree(folder_->path() / std::string(wanted.driver->name())));
  for (const Share& share : request_.shares)
    AVA_CHECK(file::remove_tree(folder_->path() / fmt::format(".samples-{}.jsonl", share.name)));
  AVA_TRY(writer_, BatchWriter::start(folder_->path(), request_.formats, plan, request_.shares, catalogue_.use.task,
                                      spec_.mean));
  objects_ = catalogue_.objects;
  from_cache_ = resumed_ = 0;
  budget_ = std::make_unique<ByteBudget>(kBytesInFlight);
  request_.pictures.use = catalogue_.use;
  request_.pictures.classes = plan.classes;
  const PictureStage stage(resolver_, request_.pictures, made_);
  const std::uint64_t bad_before = bad_pictures_;
  meter_.begin("write sets", plan.order.size(), "items");
  AVA_TRY(pace_,
          pace_of(plan.order, catalogue_, *list_, *resolver_, request_.pictures.list, thread_count(spec_.threads)));
  const std::uint64_t batches = (plan.order.size() + pace_.at_once - 1) / pace_.at_once;
  Ordered<Made> ordered(batches, pace_.threads);
  const Ordered<Made>::Produce produce = [&](std::uint64_t batch, const std::stop_token& stop) {
    return make_batch(plan, stage, batch, stop);
  };
  const Ordered<Made>::Consume consume = [&](Made made) { return take_batch(plan, std::move(made)); };
  AVA_CHECK(ordered.run(produce, consume, stop_));
  return bad_pictures_ == bad_before;
}

Result<void> FormatRun::list_left_out(const std::vector<std::uint32_t>& items, std::string_view slug,
                                      std::string_view detail) {
  for (const std::uint32_t number : items) {
    const CatalogueItem& item = catalogue_.items[number];
    AVA_TRY(const std::string line, list_->read_at(item.offset, item.bytes));
    AVA_TRY(const sample::Sample parsed, sample::parse_sample(line, request_.pictures.list));
    sample::Reject entry;
    entry.line = item.line;
    entry.url = parsed.url;
    entry.slug = slug;
    entry.detail = detail;
    AVA_CHECK(rejects_->add(entry));
  }
  catalogue_.left_out += items.size();
  return {};
}

Result<void> FormatRun::add_groups(BatchManifest& manifest) const {
  if (!request_.together.any()) return {};
  manifest.groups = groups_.summary(catalogue_);
  if (manifest.groups->groups == 0) return {};
  AVA_TRY(const format::OutFile listed, groups_.write(folder_->path() / kGroupsFile, catalogue_));
  manifest.files.push_back(
      {.path = std::string(kGroupsFile), .bytes = listed.offset(), .sha256 = to_hex(listed.digest())});
  return {};
}

Result<FormatResult> FormatRun::finish(const Plan& plan) {
  AVA_CHECK(list_left_out(plan.below_min, "class_below_min", "its class has too few items"));
  AVA_CHECK(list_left_out(plan.above_max, "class_above_max", "its class has enough items without it"));
  AVA_CHECK(list_left_out(plan.not_in_any_part, "not_in_any_part", why_in_no_part(spec_.split_by)));
  AVA_CHECK(rejects_->close());
  Counts counts{.in = catalogue_.lines, .out = plan.order.size(), .rejected = catalogue_.rejected + bad_pictures_};
  counts.left_out = catalogue_.left_out;
  counts.reasons = rejects_->reasons();
  if (catalogue_.use.task == format::Task::kDetection) counts.objects = objects_;
  AVA_TRY(BatchManifest manifest, writer_->finish(request_.record_of(spec_, catalogue_), counts, spec_.batch));
  const format::OutFile& listed = rejects_->file();
  manifest.files.push_back(
      {.path = std::string(kRejectsFile), .bytes = listed.offset(), .sha256 = to_hex(listed.digest())});
  AVA_CHECK(add_groups(manifest));
  AVA_CHECK(file::remove_tree(folder_->path() / ".list"));
  AVA_CHECK(file::write_atomic(folder_->path() / kBatchFile, schema::to_text(manifest) + "\n"));
  meter_.finish("publish");
  AVA_CHECK(folder_->publish(kBatchFile, stop_));
  return FormatResult{.batch = manifest.batch,
                      .root = manifest.root,
                      .label = catalogue_.use.key.str(),
                      .task = catalogue_.use.task,
                      .classes = plan.classes,
                      .counts = counts,
                      .groups = manifest.groups,
                      .sets = manifest.sets,
                      .from_cache = from_cache_,
                      .resumed = resumed_};
}

Result<FormatResult> FormatRun::run() {
  AVA_TRY(request_, FormatRequest::of(spec_));
  keep_freed_pages();
  AVA_TRY(resolver_, make_resolver(spec_.sources));
  AVA_TRY(folder_, WorkFolder::open(spec_.target, spec_.sources));
  AVA_CHECK(read_list());
  AVA_TRY(const auto before, finished_before());
  if (before) {
    AVA_CHECK(folder_->remove_spool());
    return *before;
  }
  open_made();
  AVA_CHECK(check_reject_ratio());
  if (request_.together.any()) AVA_CHECK(make_groups());
  for (;;) {
    AVA_TRY(const Plan plan, make_plan_of_the_good());
    AVA_TRY(const bool complete, write_pass(plan));
    if (complete) return finish(plan);
  }
}

Error FormatRun::with_what_is_left(Error failed) const {
  const std::size_t left = made_ == nullptr ? 0 : made_->spooled();
  if (left == 0 || spec_.target.folder.empty() || !std::filesystem::exists(folder_->spool())) return failed;
  const std::string kept = fmt::format("{} finished pictures are kept in '{}': the same command goes on from there",
                                       left, folder_->path().string());
  const std::string hint = failed.hint().empty() ? kept : failed.hint() + "; " + kept;
  return std::move(failed).hint(hint);
}

}  // namespace

Result<FormatResult> run_format(const FormatSpec& spec, const OnProgress& on_progress, const std::stop_token& stop,
                                const std::filesystem::path& keep_rejects) {
  FormatRun work(spec, on_progress, stop);
  auto result = work.run();
  if (!result.ok()) result = work.with_what_is_left(std::move(result).error());
  if (!result.ok() && !keep_rejects.empty()) work.keep_rejects(keep_rejects);
  return result;
}

}  // namespace ava::pipeline
