#include "dataset/format_service.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "base/log.hpp"
#include "format/all.hpp"
#include "image/resize.hpp"
#include "pipeline/format_request.hpp"
#include "schema/json.hpp"

namespace ava::dataset {

namespace {

Error no_set(const FormattedSetId& id) {
  return Error(ErrorCode::kNotFound, "formatted_set.not_found", "there is no formatted set " + id.str());
}

Result<void> check_label(const Dataset& dataset, FormatRequest& request) {
  std::vector<std::string> known;
  for (const LabelRef& label : dataset.labels) known.push_back(label.key);
  if (!request.label || request.label->empty()) {
    if (known.size() == 1) {
      request.label = known.front();
      return {};
    }
    if (known.empty())
      return Error(ErrorCode::kInvalidArgument, "format.label_needed", "the dataset has no label").at("/label");
    return Error(ErrorCode::kInvalidArgument, "format.label_needed",
                 fmt::format("the dataset has several labels: {}", fmt::join(known, ", ")))
        .hint("say which one to train on")
        .at("/label");
  }
  if (std::find(known.begin(), known.end(), *request.label) != known.end()) return {};
  return Error(ErrorCode::kInvalidArgument, "format.no_such_label",
               fmt::format("the dataset has no label '{}'; it has: {}", *request.label, fmt::join(known, ", ")))
      .at("/label");
}

/// Splits that the request asks for, in their order. Units: percent; 0: known when it is done.
std::vector<std::pair<Split, double>> asked_splits(const FormatRequest& request) {
  std::vector<std::pair<Split, double>> asked;
  const SplitCounts counts = request.counts.value_or(SplitCounts{});
  const auto add = [&](Split split, double percent, std::int64_t count) {
    if (request.split_by == pipeline::SplitBy::kPercent && percent > 0) asked.emplace_back(split, percent);
    if (request.split_by == pipeline::SplitBy::kCounts && count > 0) asked.emplace_back(split, 0);
    if (request.split_by == pipeline::SplitBy::kList) asked.emplace_back(split, 0);
  };
  add(Split::kTrain, request.splits.train, counts.train);
  add(Split::kVal, request.splits.val, counts.val);
  add(Split::kTest, request.splits.test, counts.test);
  return asked;
}

Result<void> check_splits(const FormatRequest& request) {
  if (request.split_by == pipeline::SplitBy::kCounts) {
    if (request.counts && request.counts->train > 0) return {};
    return Error(ErrorCode::kInvalidArgument, "format.bad_splits", "training needs at least one sample").at("/counts");
  }
  const double sum = request.splits.train + request.splits.val + request.splits.test;
  if (request.split_by == pipeline::SplitBy::kPercent && (sum > 100.0 + 1e-9 || request.splits.train <= 0))
    return Error(ErrorCode::kInvalidArgument, "format.bad_splits",
                 fmt::format("the shares are {} + {} + {} percent", request.splits.train, request.splits.val,
                             request.splits.test))
        .hint("training needs more than 0, and all together at most 100")
        .at("/splits");
  return {};
}

/// What the job would find out later: can every format hold this label, can anything be kept together so.
Result<void> check_task(const FormatRequest& request) {
  AVA_TRY(const sample::LabelKey key, sample::LabelKey::parse(*request.label));
  pipeline::FormatSpec spec;
  spec.formats = request.formats;
  spec.options = request.options;
  take_splits(request, spec);
  spec.keep_together = request.keep_together;
  spec.near_bits = request.near_bits;
  AVA_TRY(const auto possible, pipeline::FormatRequest::of(spec));
  return possible.check_formats_carry(pipeline::task_of(key.type, request.multi_label));
}

Result<void> check_formats(const FormatRequest& request) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < request.formats.size(); ++i) {
    const std::string& name = request.formats[i];
    auto known = format::find(name);
    if (!known.ok()) return std::move(known.error()).at(fmt::format("/formats/{}", i));
    const format::Format* driver = *known;
    if (!seen.insert(name).second)
      return Error(ErrorCode::kInvalidArgument, "format.twice", fmt::format("'{}' is asked for twice", name))
          .at(fmt::format("/formats/{}", i));
    const auto options = request.options.find(name);
    AVA_CHECK(driver->needs_planes(options == request.options.end() ? "{}" : options->second.text));
  }
  for (const auto& [name, ignored] : request.options)
    if (!seen.contains(name))
      return Error(ErrorCode::kInvalidArgument, "format.unknown",
                   fmt::format("options are given for '{}', which is not asked for", name))
          .at("/options/" + name);
  return {};
}

FormattedSet asked_set(const user::Actor& who, const Dataset& dataset, const FormatRequest& request, TimeMs now) {
  FormattedSet set;
  set.dataset = {dataset.id.str(), dataset.name};
  set.shuffle = request.shuffle;
  set.seed = request.seed;
  set.resize = request.resize;
  set.quality = request.quality;
  set.label = request.label.value_or("");
  set.owner = {who.user.id.str(), who.user.name};
  set.created_at = {now};
  return set;
}

}  // namespace

void describe(schema::Visitor& v, FormatPayload& x) {
  v.type("FormatPayload");
  v.field("dataset_id", x.dataset_id);
  v.field("batch", x.batch);
  v.field("request", x.request);
}

void take_splits(const FormatRequest& request, pipeline::FormatSpec& spec) {
  spec.split_by = request.split_by;
  if (request.split_by == pipeline::SplitBy::kPercent)
    spec.splits = {{"train", request.splits.train}, {"val", request.splits.val}, {"test", request.splits.test}};
  if (request.split_by != pipeline::SplitBy::kCounts || !request.counts) return;
  spec.counts = {{"train", static_cast<std::uint64_t>(request.counts->train)},
                 {"val", static_cast<std::uint64_t>(request.counts->val)},
                 {"test", static_cast<std::uint64_t>(request.counts->test)}};
}

Result<void> check_request(const Dataset& dataset, FormatRequest& request) {
  if (dataset.state != DatasetState::kSuccess)
    return Error(ErrorCode::kConflict, "dataset.not_ready", "only a finished dataset can be formatted");
  AVA_CHECK(check_has_list(dataset));
  AVA_CHECK(check_formats(request));
  AVA_CHECK(check_splits(request));
  if (auto size = image::ResizeSpec::parse(request.resize); !size.ok()) return std::move(size.error()).at("/resize");
  AVA_CHECK(check_label(dataset, request));
  return check_task(request);
}

Result<FormatBatch> FormatService::create(const user::Actor& who, const DatasetId& id, FormatRequest request) {
  AVA_TRY(const Dataset dataset, parts_.datasets.find(id));
  AVA_CHECK(check_request(dataset, request));
  FormatBatch batch;
  batch.batch = random_hex(8);
  const FormatPayload payload{id.str(), batch.batch, request};
  const auto splits = asked_splits(request);

  AVA_CHECK(parts_.database.write([&](db::Tx& tx) -> Result<void> {
    // Asked again inside: the dataset may have been deleted meanwhile.
    AVA_TRY(const auto still, DatasetRepo::find(tx, id));
    if (!still) return Error(ErrorCode::kNotFound, "dataset.not_found", "there is no dataset " + id.str());
    for (const std::string& format : request.formats) {
      for (const auto& [split, percent] : splits) {
        FormattedSet set = asked_set(who, dataset, request, parts_.clock.now_ms());
        set.id = FormattedSetId::make();
        set.batch = batch.batch;
        set.format = format;
        set.split = split;
        set.percent = percent;
        set.prefix = fmt::format("{}/sets/{}/{}/{}", dataset.prefix, batch.batch, format, schema::name_of(split));
        AVA_CHECK(FormattedSetRepo::insert(tx, set));
      }
    }
    job::NewJob job{"dataset.format", who.user.id.str(), {"dataset", id.str(), dataset.name}, schema::to_text(payload)};
    AVA_TRY(const job::Job queued, parts_.jobs.submit(tx, job));
    batch.job_id = queued.id.str();
    AVA_CHECK(FormattedSetRepo::set_job(tx, batch.batch, batch.job_id));
    AVA_TRY(batch.items, FormattedSetRepo::of_batch(tx, batch.batch));
    return {};
  }));
  parts_.jobs.wake();
  publish_batch(batch.batch);
  return batch;
}

Result<FormattedSet> FormatService::find(const FormattedSetId& id) {
  AVA_TRY(auto set, parts_.database.read([&](db::Tx& tx) { return FormattedSetRepo::find(tx, id); }));
  if (!set) return no_set(id);
  return std::move(*set);
}

Result<db::Page<FormattedSet>> FormatService::list(const SetFilter& filter) {
  AVA_TRY(auto rows, parts_.database.read([&](db::Tx& tx) { return FormattedSetRepo::list(tx, filter); }));
  return db::make_page(std::move(rows), filter.page, [](const FormattedSet& s) { return s.id.str(); });
}

Result<void> FormatService::remove(const user::Actor& who, const FormattedSetId& id) {
  AVA_TRY(const FormattedSet set, find(id));
  AVA_CHECK(check_owner(who, set.owner));
  if (set.state == FormattedState::kCreating)
    return Error(ErrorCode::kConflict, "formatted_set.in_use", "the set is being made")
        .hint("cancel its job first")
        .detail("users", users_json({{"job", set.job_id.value_or(""), "dataset.format"}}));
  AVA_TRY(const Dataset dataset, parts_.datasets.find(DatasetId::trusted(set.dataset.id)));
  if (dataset.kind == DatasetKind::kFormatted)
    return Error(ErrorCode::kConflict, "formatted_set.is_dataset", "the set is all that its dataset is")
        .hint("delete the dataset");
  AVA_CHECK(parts_.database.write([&](db::Tx& tx) -> Result<void> {
    AVA_TRY(const auto users, FormattedSetRepo::used_by(tx, id));
    if (!users.empty())
      return Error(ErrorCode::kConflict, "formatted_set.in_use",
                   fmt::format("the set is used by {} running trainings", users.size()))
          .hint("stop them, or wait for their end")
          .detail("users", users_json(users));
    AVA_CHECK(FormattedSetRepo::mark_deleted(tx, id, parts_.clock.now_ms()));
    return {};
  }));
  publish_removed(id);
  if (auto purged = purge(); !purged.ok()) log::warn("dataset", "purge sets: {}", purged.error().text());
  return {};
}

Result<int> FormatService::purge() {
  AVA_TRY(const auto rows, parts_.database.read([&](db::Tx& tx) { return FormattedSetRepo::to_purge(tx); }));
  for (const FormattedSet& set : rows) {
    AVA_TRY(const auto bucket, storage_of(set));
    AVA_TRY(const auto others,
            parts_.database.read([&](db::Tx& tx) { return FormattedSetRepo::of_batch(tx, set.batch); }));
    // The last set takes along what describes the batch: ".../sets/<batch>/<format>/<split>".
    const std::filesystem::path own = set.prefix;
    AVA_CHECK(bucket->remove_tree(others.empty() ? own.parent_path().parent_path().string() : set.prefix));
    AVA_CHECK(parts_.database.write(
        [&](db::Tx& tx) { return FormattedSetRepo::mark_purged(tx, set.id, parts_.clock.now_ms()); }));
  }
  return static_cast<int>(rows.size());
}

Result<std::shared_ptr<storage::Storage>> FormatService::storage_of(const FormattedSet& set) {
  AVA_TRY(const user::Bucket bucket, parts_.buckets.find(set.bucket_id));
  return parts_.buckets.open(bucket);
}

void FormatService::publish_removed(const FormattedSetId& id) {
  if (parts_.publish) parts_.publish("formatted-sets", "removed", nlohmann::json{{"id", id.str()}}.dump());
}

void FormatService::publish_batch(const std::string& batch) {
  if (!parts_.publish) return;
  auto sets = parts_.database.read([&](db::Tx& tx) { return FormattedSetRepo::of_batch(tx, batch); });
  if (!sets.ok()) return;
  for (const FormattedSet& set : *sets) {
    const std::string text = schema::to_text(set);
    parts_.publish("formatted-sets", "changed", text);
    parts_.publish("dataset:" + set.dataset.id, "set_changed", text);
  }
}

}  // namespace ava::dataset
