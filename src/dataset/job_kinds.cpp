#include "dataset/job_kinds.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "dataset/worker_job.hpp"
#include "pipeline/work_folder.hpp"

namespace ava::dataset {

namespace {

Result<Dataset> dataset_of_job(const WorkerParts& parts, const job::Job& job) {
  AVA_TRY(const auto id, DatasetId::parse(job.subject.id));
  return parts.datasets.find(id);
}

Result<engine::Spec> import_spec(const WorkerParts& parts, const job::Job& job) {
  AVA_TRY(const auto payload, schema::from_text<ImportPayload>(job.payload));
  AVA_TRY(const Dataset dataset, dataset_of_job(parts, job));
  AVA_TRY(const auto sources, sources_of(parts));
  AVA_TRY(const auto target, target_of(parts, dataset));
  if (job.kind == "dataset.copy")
    return worker_spec(parts, job, pipeline::CopySpec{payload.from_bucket, payload.source, sources, target});
  pipeline::ImportSpec spec;
  spec.kind = payload.kind == "prefix" ? pipeline::ImportKind::kPrefix : pipeline::ImportKind::kAuto;
  spec.source = payload.source;
  spec.url_prefix = payload.url_prefix;
  spec.as = payload.as;
  spec.options = payload.options;
  spec.label = payload.label;
  spec.labels_only = payload.labels_only;
  spec.fail_on_reject = payload.fail_on_reject;
  spec.sources = sources;
  spec.target = target;
  return worker_spec(parts, job, spec);
}

ImportedCounts counts_of(const pipeline::ImportResult& imported) {
  ImportedCounts counts;
  counts.item_count = static_cast<std::int64_t>(imported.item_count);
  counts.reject_count = static_cast<std::int64_t>(imported.reject_count);
  counts.byte_count = static_cast<std::int64_t>(imported.byte_count);
  for (const auto& label : imported.labels) counts.labels.push_back({label.key, label.type, label.name});
  return counts;
}

/// A copy has what the original had, which may have been deleted since.
Result<ImportedCounts> counts_of_original(const WorkerParts& parts, const job::Job& job) {
  AVA_TRY(const auto payload, schema::from_text<ImportPayload>(job.payload));
  return parts.database.read([&](db::Tx& tx) -> Result<ImportedCounts> {
    AVA_TRY(const auto original, DatasetRepo::find(tx, DatasetId::trusted(payload.from_id), true));
    if (!original) return Error(ErrorCode::kNotFound, "dataset.not_found", "the original is gone");
    return ImportedCounts{original->item_count, original->reject_count, original->byte_count, original->labels};
  });
}

Result<job::Outcome> end_import(const WorkerParts& parts, const job::Job& job, const engine::Status& status) {
  Answer answer = answer_of(parts, job, status);
  if (is_tried_again(job, answer)) return job::Outcome::retry(*answer.error);
  ImportedCounts counts;
  if (job.kind == "dataset.copy" && !answer.error) {
    AVA_TRY(counts, counts_of_original(parts, job));
  } else if (job.kind == "dataset.import") {
    counts = counts_of(result_of<pipeline::ImportResult>(answer));
  }
  const auto id = DatasetId::trusted(job.subject.id);
  const TimeMs now = parts.clock.now_ms();
  if (answer.error) {
    AVA_CHECK(
        parts.database.write([&](db::Tx& tx) { return DatasetRepo::fail(tx, id, problem_text(*answer.error), now); }));
  } else {
    AVA_CHECK(parts.database.write([&](db::Tx& tx) { return DatasetRepo::succeed(tx, id, counts, now); }));
  }
  if (auto dataset = parts.datasets.find(id); dataset.ok()) parts.datasets.publish(*dataset);
  publish_job(parts, job);
  return outcome_of(answer);
}

Result<engine::Spec> format_spec(const WorkerParts& parts, const job::Job& job) {
  AVA_TRY(const auto payload, schema::from_text<FormatPayload>(job.payload));
  AVA_TRY(const Dataset dataset, dataset_of_job(parts, job));
  const FormatRequest& request = payload.request;
  pipeline::FormatSpec spec;
  spec.list = dataset.list_uri;
  spec.batch = payload.batch;
  spec.formats = request.formats;
  spec.options = request.options;
  spec.label = request.label.value_or("");
  spec.multi_label = request.multi_label;
  spec.keep_together = request.keep_together;
  spec.near_bits = request.near_bits;
  take_splits(request, spec);
  spec.shuffle = request.shuffle;
  spec.stratify = request.stratify;
  spec.seed = static_cast<std::uint64_t>(request.seed);
  spec.resize = request.resize;
  spec.quality = request.quality;
  spec.min_per_class = static_cast<std::uint64_t>(request.min_per_class);
  spec.max_per_class = static_cast<std::uint64_t>(request.max_per_class);
  spec.max_reject_ratio = request.max_reject_ratio;
  AVA_TRY(spec.sources, sources_of(parts));
  AVA_TRY(spec.target, target_of(parts, dataset, "/sets/" + payload.batch));
  spec.cache = parts.picture_cache.string();
  spec.cache_bytes = parts.picture_cache_bytes;
  return worker_spec(parts, job, spec);
}

/// Units: percent of the samples of the batch. What was asked for, unless that were numbers or nothing.
double percent_of(const FormattedSet& set, const pipeline::SetSummary& made, const pipeline::FormatResult& batch) {
  if (set.percent > 0 || batch.counts.out == 0) return set.percent;
  return 100.0 * static_cast<double>(made.sample_count) / static_cast<double>(batch.counts.out);
}

/// The sets with samples are done. Of the others: one that was asked for failed; one that the list might have had, and
/// has not, never was, and is answered.
Result<std::vector<FormattedSetId>> keep_sets(db::Tx& tx, const FormatPayload& payload,
                                              const pipeline::FormatResult& made, TimeMs now) {
  const std::string& batch = payload.batch;
  AVA_TRY(const auto sets, FormattedSetRepo::of_batch(tx, batch));
  std::vector<FormattedSetId> never_were;
  for (const FormattedSet& set : sets) {
    bool is_there = false;
    for (const pipeline::SetSummary& summary : made.sets) {
      if (summary.format != set.format || summary.split != schema::name_of(set.split)) continue;
      if (summary.sample_count == 0) continue;
      is_there = true;
      AVA_CHECK(FormattedSetRepo::finish(
          tx, set.id,
          {static_cast<std::int64_t>(summary.sample_count), static_cast<std::int64_t>(summary.class_count),
           static_cast<std::int64_t>(summary.byte_count), percent_of(set, summary, made)},
          now));
    }
    if (is_there || payload.request.split_by != pipeline::SplitBy::kList) continue;
    AVA_CHECK(FormattedSetRepo::mark_deleted(tx, set.id, now));
    AVA_CHECK(FormattedSetRepo::mark_purged(tx, set.id, now));
    never_were.push_back(set.id);
  }
  // A share that rounds to no sample at all makes no set that anybody could train or validate with.
  const schema::Problem empty{"format.empty_split", "no sample falls into this split", "give it a larger share"};
  AVA_CHECK(FormattedSetRepo::fail_batch(tx, batch, schema::to_text(empty), now));
  return never_were;
}

/// What the attempts kept for each other: a batch that failed for good is never gone on with.
void forget_format_attempts(const WorkerParts& parts, const job::Job& job, const std::string& batch) {
  const auto forget = [&]() -> Result<void> {
    AVA_TRY(const Dataset dataset, dataset_of_job(parts, job));
    AVA_TRY(const auto sources, sources_of(parts));
    AVA_TRY(const auto target, target_of(parts, dataset, "/sets/" + batch));
    return pipeline::WorkFolder::discard(target, sources);
  };
  if (auto forgotten = forget(); !forgotten.ok())
    log::warn("dataset", "work folder of {}: {}", batch, forgotten.error().text());
}

Result<job::Outcome> end_format(const WorkerParts& parts, const job::Job& job, const engine::Status& status) {
  AVA_TRY(const auto payload, schema::from_text<FormatPayload>(job.payload));
  Answer answer = answer_of(parts, job, status);
  if (is_tried_again(job, answer)) return job::Outcome::retry(*answer.error);
  const auto made = result_of<pipeline::FormatResult>(answer);
  const TimeMs now = parts.clock.now_ms();
  if (answer.error) {
    forget_format_attempts(parts, job, payload.batch);
    AVA_CHECK(parts.database.write(
        [&](db::Tx& tx) { return FormattedSetRepo::fail_batch(tx, payload.batch, problem_text(*answer.error), now); }));
  } else {
    AVA_TRY(const auto never_were, parts.database.write([&](db::Tx& tx) { return keep_sets(tx, payload, made, now); }));
    for (const FormattedSetId& id : never_were) parts.sets.publish_removed(id);
  }
  parts.sets.publish_batch(payload.batch);
  publish_job(parts, job);
  return outcome_of(answer);
}

void format_progress(const WorkerParts& parts, const job::Job& job) {
  publish_job(parts, job);
  const auto payload = schema::from_text<FormatPayload>(job.payload);
  if (!payload.ok() || job.progress.total <= 0) return;
  const double share = static_cast<double>(job.progress.done) / static_cast<double>(job.progress.total);
  auto told = parts.database.write(
      [&](db::Tx& tx) { return FormattedSetRepo::set_progress(tx, payload->batch, std::min(share, 0.99)); });
  if (!told.ok()) log::warn("dataset", "progress of {}: {}", job.id.str(), told.error().text());
  parts.sets.publish_batch(payload->batch);
}

}  // namespace

void add_job_kinds(job::KindRegistry& kinds, const WorkerParts& parts) {
  for (const char* name : {"dataset.import", "dataset.copy"}) {
    job::Kind kind;
    kind.name = name;
    kind.make_spec = [parts](const job::Job& job) { return import_spec(parts, job); };
    kind.on_change = [parts](const job::Job& job, const engine::Status&) { publish_job(parts, job); };
    kind.on_end = [parts](const job::Job& job, const engine::Status& s) { return end_import(parts, job, s); };
    kinds.add(std::move(kind));
  }
  job::Kind kind;
  kind.name = "dataset.format";
  kind.make_spec = [parts](const job::Job& job) { return format_spec(parts, job); };
  kind.on_change = [parts](const job::Job& job, const engine::Status&) { format_progress(parts, job); };
  kind.on_end = [parts](const job::Job& job, const engine::Status& s) { return end_format(parts, job, s); };
  kinds.add(std::move(kind));
  add_adopt_kind(kinds, parts);
  add_preprocess_kind(kinds, parts);
  add_verify_kind(kinds, parts);
}

}  // namespace ava::dataset
