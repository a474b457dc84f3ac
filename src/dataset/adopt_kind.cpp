// The job that takes in a ready-made set: its end makes the dataset's one formatted set.
#include "dataset/worker_job.hpp"
#include "worker/adopt_run.hpp"

namespace ava::dataset {

namespace {

Result<engine::Spec> adopt_spec(const WorkerParts& parts, const job::Job& job) {
  AVA_TRY(const auto payload, schema::from_text<AdoptPayload>(job.payload));
  AVA_TRY(const auto id, DatasetId::parse(job.subject.id));
  AVA_TRY(const Dataset dataset, parts.datasets.find(id));
  AVA_TRY(const user::Bucket bucket, parts.buckets.find(dataset.bucket_id));
  worker::AdoptSpec spec;
  spec.data = payload.data;
  spec.index = payload.index;
  spec.labels = payload.labels;
  spec.format = payload.format;
  spec.task = payload.task;
  spec.split = schema::name_of(payload.split);
  spec.label = payload.label;
  spec.batch = payload.batch;
  AVA_TRY(spec.sources, sources_of(parts));
  spec.target = {{}, bucket.name, dataset.prefix};
  return worker_spec(parts, job, spec);
}

FormattedSet adopted_set(const Dataset& dataset, const AdoptPayload& payload, const worker::AdoptResult& made) {
  FormattedSet set;
  set.id = FormattedSetId::make();
  set.dataset = {dataset.id.str(), dataset.name};
  set.batch = payload.batch;
  set.format = made.format;
  set.split = payload.split;
  set.percent = 100;
  set.shuffle = false;
  set.quality = 0;  // nothing was encoded
  set.label = made.label.key;
  set.owner = dataset.owner;
  set.created_at = dataset.created_at;
  set.prefix = dataset.prefix + "/" + made.path;
  return set;
}

Result<void> keep_adopted(db::Tx& tx, const Dataset& dataset, const AdoptPayload& payload, const std::string& job_id,
                          const worker::AdoptResult& made, TimeMs now) {
  ImportedCounts counts;
  counts.item_count = static_cast<std::int64_t>(made.sample_count);
  counts.reject_count = static_cast<std::int64_t>(made.reject_count);
  counts.byte_count = static_cast<std::int64_t>(made.byte_count);
  counts.labels = {{made.label.key, made.label.type, made.label.name}};
  AVA_TRY(const int rows, DatasetRepo::succeed(tx, dataset.id, counts, now));
  if (rows == 0) return {};  // this end was told before, or the dataset is gone
  const FormattedSet set = adopted_set(dataset, payload, made);
  AVA_CHECK(FormattedSetRepo::insert(tx, set));
  AVA_CHECK(FormattedSetRepo::set_job(tx, set.batch, job_id));
  WrittenSet written;
  written.sample_count = counts.item_count;
  written.class_count = static_cast<std::int64_t>(made.class_count);
  written.byte_count = counts.byte_count;
  written.percent = set.percent;
  return FormattedSetRepo::finish(tx, set.id, written, now);
}

Result<job::Outcome> end_adopt(const WorkerParts& parts, const job::Job& job, const engine::Status& status) {
  AVA_TRY(const auto payload, schema::from_text<AdoptPayload>(job.payload));
  Answer answer = answer_of(parts, job, status);
  if (is_tried_again(job, answer)) return job::Outcome::retry(*answer.error);
  const auto made = result_of<worker::AdoptResult>(answer);
  const auto id = DatasetId::trusted(job.subject.id);
  const TimeMs now = parts.clock.now_ms();
  AVA_CHECK(parts.database.write([&](db::Tx& tx) -> Result<void> {
    if (answer.error) {
      AVA_CHECK(DatasetRepo::fail(tx, id, problem_text(*answer.error), now));
      return {};
    }
    AVA_TRY(const auto dataset, DatasetRepo::find(tx, id));
    return dataset ? keep_adopted(tx, *dataset, payload, job.id.str(), made, now) : Result<void>();
  }));
  if (auto dataset = parts.datasets.find(id); dataset.ok()) parts.datasets.publish(*dataset);
  parts.sets.publish_batch(payload.batch);
  publish_job(parts, job);
  return outcome_of(answer);
}

}  // namespace

void add_adopt_kind(job::KindRegistry& kinds, const WorkerParts& parts) {
  job::Kind kind;
  kind.name = "dataset.adopt";
  kind.make_spec = [parts](const job::Job& job) { return adopt_spec(parts, job); };
  kind.on_change = [parts](const job::Job& job, const engine::Status&) { publish_job(parts, job); };
  kind.on_end = [parts](const job::Job& job, const engine::Status& s) { return end_adopt(parts, job, s); };
  kinds.add(std::move(kind));
}

}  // namespace ava::dataset
