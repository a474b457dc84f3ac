// The job that makes a dataset of others through a graph.
#include "base/log.hpp"
#include "dataset/preprocess.hpp"
#include "dataset/worker_job.hpp"
#include "pipeline/work_folder.hpp"
#include "worker/preprocess_run.hpp"

namespace ava::dataset {

namespace {

Result<engine::Spec> preprocess_spec(const WorkerParts& parts, const job::Job& job) {
  AVA_TRY(const auto payload, schema::from_text<PreprocessPayload>(job.payload));
  AVA_TRY(const auto id, DatasetId::parse(job.subject.id));
  AVA_TRY(const Dataset dataset, parts.datasets.find(id));
  AVA_TRY(auto sources, sources_of(parts));
  graph::RunSpec spec;
  spec.graph = payload.graph;
  spec.inputs = inputs_of(payload.lists, std::move(sources));
  spec.seed = static_cast<std::uint64_t>(payload.seed);
  AVA_TRY(spec.target, target_of(parts, dataset));
  spec.cache = parts.picture_cache.string();
  spec.cache_bytes = parts.picture_cache_bytes;
  return worker_spec(parts, job, spec);
}

/// What the attempts kept for each other: what failed for good is never gone on with. The dataset may be deleted by
/// now.
void forget_preprocess_attempts(const WorkerParts& parts, const DatasetId& id) {
  const auto forget = [&]() -> Result<void> {
    AVA_TRY(const auto dataset, parts.database.read([&](db::Tx& tx) { return DatasetRepo::find(tx, id, true); }));
    if (!dataset) return {};
    AVA_TRY(const auto sources, sources_of(parts));
    AVA_TRY(const auto target, target_of(parts, *dataset));
    return pipeline::WorkFolder::discard(target, sources);
  };
  if (auto forgotten = forget(); !forgotten.ok())
    log::warn("dataset", "work folder of {}: {}", id.str(), forgotten.error().text());
}

Result<void> keep_preprocessed(db::Tx& tx, const DatasetId& id, const worker::PreprocessResult& made, TimeMs now) {
  ImportedCounts counts;
  counts.item_count = static_cast<std::int64_t>(made.item_count);
  counts.reject_count = static_cast<std::int64_t>(made.reject_count);
  counts.byte_count = static_cast<std::int64_t>(made.byte_count);
  for (const auto& label : made.labels) counts.labels.push_back({label.key, label.type, label.name});
  AVA_TRY(const int rows, DatasetRepo::succeed(tx, id, counts, now));
  if (rows == 0) return {};  // this end was told before, or the dataset is gone
  AVA_TRY(const auto dataset, DatasetRepo::find(tx, id));
  if (!dataset || !dataset->lineage) return {};
  Lineage lineage = *dataset->lineage;
  lineage.counts = GraphCounts{counts.item_count, static_cast<std::int64_t>(made.made_count), counts.reject_count};
  AVA_CHECK(DatasetRepo::set_lineage(tx, id, lineage));
  return {};
}

Result<job::Outcome> end_preprocess(const WorkerParts& parts, const job::Job& job, const engine::Status& status) {
  Answer answer = answer_of(parts, job, status);
  if (is_tried_again(job, answer)) return job::Outcome::retry(*answer.error);
  const auto made = result_of<worker::PreprocessResult>(answer);
  const auto id = DatasetId::trusted(job.subject.id);
  const TimeMs now = parts.clock.now_ms();
  if (answer.error) forget_preprocess_attempts(parts, id);
  AVA_CHECK(parts.database.write([&](db::Tx& tx) -> Result<void> {
    if (!answer.error) return keep_preprocessed(tx, id, made, now);
    AVA_CHECK(DatasetRepo::fail(tx, id, problem_text(*answer.error), now));
    return {};
  }));
  if (auto dataset = parts.datasets.find(id); dataset.ok()) parts.datasets.publish(*dataset);
  publish_job(parts, job);
  return outcome_of(answer);
}

}  // namespace

void add_preprocess_kind(job::KindRegistry& kinds, const WorkerParts& parts) {
  job::Kind kind;
  kind.name = "dataset.preprocess";
  kind.make_spec = [parts](const job::Job& job) { return preprocess_spec(parts, job); };
  kind.on_change = [parts](const job::Job& job, const engine::Status&) { publish_job(parts, job); };
  kind.on_end = [parts](const job::Job& job, const engine::Status& s) { return end_preprocess(parts, job, s); };
  kinds.add(std::move(kind));
}

}  // namespace ava::dataset
