#include "pipeline/format_run.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/file.hpp"
#include "format/all.hpp"
#include "pipeline/batch_writer.hpp"
#include "pipeline/catalogue.hpp"
#include "pipeline/ordered.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/rejects.hpp"
#include "pipeline/sources.hpp"
#include "pipeline/work_folder.hpp"

namespace ava::pipeline {

namespace {

constexpr std::uint64_t kItemsPerBatch = 64;
constexpr std::uint64_t kBytesInFlight = 64u << 20;

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

/// The state of one run_format() call.
class FormatRun {
 public:
  FormatRun(const FormatSpec& spec, const OnProgress& on_progress, std::stop_token stop)
      : spec_(spec), meter_(on_progress), stop_(std::move(stop)) {}
  Result<FormatResult> run();
  /// After a failure. Best effort: the failure itself is what matters.
  void keep_rejects(const std::filesystem::path& to) {
    if (rejects_) (void)rejects_->keep(to).ok();
  }

 private:
  Result<void> check_spec();
  Result<void> check_formats_carry(format::Task task) const;
  PlanRecord plan_record() const;
  Result<std::optional<FormatResult>> finished_before() const;
  Result<void> read_list();
  Result<Plan> make_plan_of_the_good() const;
  Result<unsigned> producers(const Plan& plan) const;
  Result<bool> write_pass(const Plan& plan);
  Result<Made> make_batch(const Plan& plan, const PictureStage& stage, std::uint64_t batch,
                          const std::stop_token& stop);
  Result<void> take_batch(const Plan& plan, Made made);
  Result<void> reject_picture(std::uint32_t item, const sample::Reject& reject);
  Result<void> list_refused(std::uint32_t item, std::vector<sample::Reject>& refused);
  Result<void> list_left_out(const std::vector<std::uint32_t>& items, std::string_view slug, std::string_view detail);
  Result<void> check_reject_ratio() const;
  Result<FormatResult> finish(const Plan& plan);

  const FormatSpec& spec_;
  ProgressMeter meter_;
  std::stop_token stop_;
  std::vector<RequestedFormat> formats_;
  std::vector<Share> shares_;
  PictureOptions picture_options_;
  std::unique_ptr<WorkFolder> folder_;
  std::optional<ListFile> list_;
  std::shared_ptr<const storage::Resolver> resolver_;
  std::optional<Rejects> rejects_;
  Catalogue catalogue_;
  ObjectCounts objects_;
  std::unordered_set<std::uint32_t> boxes_listed_;  ///< items with refused boxes; few
  std::uint64_t bad_pictures_ = 0;
  std::unique_ptr<BatchWriter> writer_;
  std::unique_ptr<ByteBudget> budget_;
};

Result<void> FormatRun::check_spec() {
  for (const std::string& name : spec_.formats) {
    AVA_TRY(const format::Format* driver, format::find(name));
    for (const RequestedFormat& other : formats_)
      if (other.driver == driver)
        return Error(ErrorCode::kInvalidArgument, "format.twice", fmt::format("'{}' is asked for twice", name))
            .at("/formats");
    const auto options = spec_.options.find(name);
    RequestedFormat wanted{driver, options == spec_.options.end() ? "{}" : options->second.text};
    AVA_TRY(const bool planes, driver->needs_planes(wanted.options));
    picture_options_.negatives = picture_options_.negatives && driver->traits().negatives;
    picture_options_.planes = picture_options_.planes || planes;
    formats_.push_back(std::move(wanted));
  }
  if (formats_.empty())
    return Error(ErrorCode::kInvalidArgument, "format.none", "no format is asked for").at("/formats");
  for (const auto& [name, options] : spec_.options)
    if (std::find(spec_.formats.begin(), spec_.formats.end(), name) == spec_.formats.end())
      return Error(ErrorCode::kInvalidArgument, "format.unknown",
                   fmt::format("options for '{}', which is not asked for", name))
          .at("/options/" + name);
  constexpr std::array<std::string_view, 3> kSplits = {"train", "val", "test"};
  for (const std::string_view name : kSplits) {
    const auto found = spec_.splits.find(std::string(name));
    if (found != spec_.splits.end()) shares_.push_back({found->first, found->second});
  }
  if (shares_.size() != spec_.splits.size())
    return Error(ErrorCode::kInvalidArgument, "split.bad", "parts are called train, val and test").at("/splits");
  AVA_CHECK(split_sizes(0, shares_));
  if (!(spec_.max_reject_ratio >= 0 && spec_.max_reject_ratio <= 1))
    return Error(ErrorCode::kInvalidArgument, "reject_ratio.bad", "max_reject_ratio is from 0 to 1")
        .at("/max_reject_ratio");
  if (spec_.quality < 1 || spec_.quality > 100)
    return Error(ErrorCode::kInvalidArgument, "picture.bad_quality", "quality is from 1 to 100").at("/quality");
  AVA_TRY(picture_options_.resize, image::ResizeSpec::parse(spec_.resize));
  picture_options_.quality = spec_.quality;
  picture_options_.check = spec_.verify;
  picture_options_.planes = picture_options_.planes || spec_.mean;
  picture_options_.list = list_options(spec_.sources, spec_.url_prefix, 1);
  return {};
}

PlanRecord FormatRun::plan_record() const {
  PlanRecord record;
  record.list_sha256 = to_hex(catalogue_.list_sha256);
  record.label = catalogue_.use.key.str();
  record.task = catalogue_.use.task;
  record.splits = spec_.splits;
  record.shuffle = spec_.shuffle;
  record.stratify = spec_.stratify;
  record.seed = spec_.seed;
  record.resize = picture_options_.resize.str();
  record.quality = spec_.quality;
  record.mean = spec_.mean;
  record.min_per_class = spec_.min_per_class;
  record.max_per_class = spec_.max_per_class;
  record.verify = schema::name_of(spec_.verify);
  for (const RequestedFormat& wanted : formats_)
    record.formats[std::string(wanted.driver->name())] = schema::AnyJson{wanted.options};
  return record;
}

/// The same plan made from the same list, already visible: nothing is left to do.
Result<std::optional<FormatResult>> FormatRun::finished_before() const {
  AVA_TRY(const auto text, folder_->existing(kBatchFile));
  if (!text) return std::optional<FormatResult>{};
  const auto manifest = schema::from_text<BatchManifest>(*text);
  if (!manifest.ok() || schema::to_text(manifest->plan) != schema::to_text(plan_record()) ||
      (!spec_.batch.empty() && manifest->batch != spec_.batch))
    return Error(ErrorCode::kConflict, "target.exists", "another batch is already there")
        .hint("choose another folder, or remove it first");
  return std::optional<FormatResult>(FormatResult{.batch = manifest->batch,
                                                  .root = manifest->root,
                                                  .label = manifest->plan.label,
                                                  .task = manifest->plan.task,
                                                  .classes = manifest->classes,
                                                  .counts = manifest->counts,
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
  const CatalogueOptions what{
      .label = spec_.label, .multi_label = spec_.multi_label, .negatives = picture_options_.negatives};
  AVA_TRY(catalogue_, read_catalogue(*list_, options, what, on_reject, on_bytes, stop_));
  objects_ = catalogue_.objects;
  return check_formats_carry(catalogue_.use.task);
}

Result<void> FormatRun::check_formats_carry(format::Task task) const {
  for (const RequestedFormat& wanted : formats_) {
    const format::Traits traits = wanted.driver->traits();
    const bool carries = task == format::Task::kDetection    ? traits.detection
                         : task == format::Task::kMultiLabel ? traits.multi_label
                                                             : true;
    if (carries) continue;
    return Error(ErrorCode::kInvalidArgument, "format.cannot_carry",
                 fmt::format("format '{}' cannot hold {}", wanted.driver->name(),
                             task == format::Task::kDetection ? "boxes" : "several classes of a picture"))
        .at("/formats")
        .hint("choose other formats; `ava data formats` says what each can hold");
  }
  return {};
}

Result<Plan> FormatRun::make_plan_of_the_good() const {
  const PlanOptions options{.shares = shares_,
                            .shuffle = spec_.shuffle,
                            .stratify = spec_.stratify,
                            .seed = spec_.seed,
                            .min_per_class = spec_.min_per_class,
                            .max_per_class = spec_.max_per_class,
                            .keep_all_classes = catalogue_.use.task != format::Task::kClassification};
  auto plan = make_plan(catalogue_.class_of, catalogue_.classes, options);
  if (!plan.ok() && plan.error().slug() == "batch.no_samples" && !rejects_->summary().empty())
    return std::move(plan.error()).hint("reasons: " + rejects_->summary());
  return plan;
}

Result<Made> FormatRun::make_batch(const Plan& plan, const PictureStage& stage, std::uint64_t batch,
                                   const std::stop_token& stop) {
  Made made{.batch = batch};
  const std::uint64_t from = batch * kItemsPerBatch;
  const std::uint64_t to = std::min<std::uint64_t>(from + kItemsPerBatch, plan.order.size());
  made.pictures.reserve(to - from);  // they must not move: `digests` points at one
  DigestPairs digests;
  for (std::uint64_t i = from; i < to; ++i) {
    const CatalogueItem& item = catalogue_.items[plan.order[i]];
    AVA_TRY(const std::string line, list_->read_at(item.offset, item.bytes));
    AVA_TRY(auto outcome, stage.make(line, item.line));
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
    const std::uint32_t item = plan.order[made.batch * kItemsPerBatch + i];
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
    entries.push_back({.picture = std::move(picture), .line = catalogue_.items[item].line});
  }
  const std::uint64_t count = made.pictures.size();
  if (writer_ != nullptr) AVA_CHECK(writer_->append(std::move(entries)));
  budget_->release(made.bytes, made.batch + 1);
  meter_.add(count);
  return {};
}

/// One thread per core; where pictures come from other machines, as many as keep 16 requests in flight.
Result<unsigned> FormatRun::producers(const Plan& plan) const {
  const unsigned threads = thread_count(spec_.threads);
  const std::size_t step = plan.order.size() / 16 + 1;
  for (std::size_t i = 0; i < plan.order.size(); i += step) {
    const CatalogueItem& item = catalogue_.items[plan.order[i]];
    AVA_TRY(const std::string line, list_->read_at(item.offset, item.bytes));
    AVA_TRY(const sample::Sample parsed, sample::parse_sample(line, picture_options_.list));
    if (resolver_->is_remote(parsed.url)) return std::max(threads, 16u);
  }
  return threads;
}

/// True when the sets are complete; false when bad pictures were found and are now known.
Result<bool> FormatRun::write_pass(const Plan& plan) {
  for (const RequestedFormat& wanted : formats_)
    AVA_CHECK(file::remove_tree(folder_->path() / std::string(wanted.driver->name())));
  for (const Share& share : shares_)
    AVA_CHECK(file::remove_tree(folder_->path() / fmt::format(".samples-{}.jsonl", share.name)));
  AVA_TRY(writer_, BatchWriter::start(folder_->path(), formats_, plan, shares_, catalogue_.use.task, spec_.mean));
  objects_ = catalogue_.objects;
  budget_ = std::make_unique<ByteBudget>(kBytesInFlight);
  picture_options_.use = catalogue_.use;
  picture_options_.classes = plan.classes;
  const PictureStage stage(resolver_, picture_options_);
  const std::uint64_t bad_before = bad_pictures_;
  meter_.begin("write sets", plan.order.size(), "items");
  const std::uint64_t batches = (plan.order.size() + kItemsPerBatch - 1) / kItemsPerBatch;
  AVA_TRY(const unsigned threads, producers(plan));
  Ordered<Made> ordered(batches, threads);
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
    AVA_TRY(const sample::Sample parsed, sample::parse_sample(line, picture_options_.list));
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

Result<FormatResult> FormatRun::finish(const Plan& plan) {
  AVA_CHECK(list_left_out(plan.below_min, "class_below_min", "its class has too few items"));
  AVA_CHECK(list_left_out(plan.above_max, "class_above_max", "its class has enough items without it"));
  AVA_CHECK(list_left_out(plan.not_in_any_part, "not_in_any_part", "the shares add up to less than 100 %"));
  AVA_CHECK(rejects_->close());
  Counts counts{.in = catalogue_.lines, .out = plan.order.size(), .rejected = catalogue_.rejected + bad_pictures_};
  counts.left_out = catalogue_.left_out;
  counts.reasons = rejects_->reasons();
  if (catalogue_.use.task == format::Task::kDetection) counts.objects = objects_;
  AVA_TRY(BatchManifest manifest, writer_->finish(plan_record(), counts, spec_.batch));
  const format::OutFile& listed = rejects_->file();
  manifest.files.push_back(
      {.path = std::string(kRejectsFile), .bytes = listed.offset(), .sha256 = to_hex(listed.digest())});
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
                      .sets = manifest.sets};
}

Result<FormatResult> FormatRun::run() {
  AVA_CHECK(check_spec());
  keep_freed_pages();
  AVA_TRY(resolver_, make_resolver(spec_.sources));
  AVA_TRY(folder_, WorkFolder::open(spec_.target, spec_.sources));
  AVA_CHECK(read_list());
  AVA_TRY(const auto before, finished_before());
  if (before) return *before;
  AVA_CHECK(check_reject_ratio());
  for (;;) {
    AVA_TRY(const Plan plan, make_plan_of_the_good());
    AVA_TRY(const bool complete, write_pass(plan));
    if (complete) return finish(plan);
  }
}

}  // namespace

Result<FormatResult> run_format(const FormatSpec& spec, const OnProgress& on_progress, const std::stop_token& stop,
                                const std::filesystem::path& keep_rejects) {
  FormatRun work(spec, on_progress, stop);
  auto result = work.run();
  if (!result.ok() && !keep_rejects.empty()) work.keep_rejects(keep_rejects);
  return result;
}

}  // namespace ava::pipeline
