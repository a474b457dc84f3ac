// The job that reads the sets of a batch back.
#include <fmt/format.h>

#include "dataset/worker_job.hpp"

namespace ava::dataset {

namespace {

Result<engine::Spec> verify_spec(const WorkerParts& parts, const job::Job& job) {
  AVA_TRY(const auto payload, schema::from_text<VerifyPayload>(job.payload));
  AVA_TRY(const auto sets,
          parts.database.read([&](db::Tx& tx) { return FormattedSetRepo::of_batch(tx, payload.batch); }));
  pipeline::VerifySpec spec;
  for (const FormattedSet& set : sets) {
    if (set.state != FormattedState::kDone) continue;
    spec.sets.push_back(set.format + "/" + std::string(schema::name_of(set.split)));
    const auto batch = std::filesystem::path(set.prefix).parent_path().parent_path();
    AVA_TRY(const user::Bucket bucket, parts.buckets.find(set.bucket_id));
    spec.target = {{}, bucket.name, batch.string()};
  }
  if (spec.sets.empty())
    return Error(ErrorCode::kNotFound, "formatted_set.not_found", "the sets of this batch are gone");
  AVA_TRY(spec.sources, sources_of(parts));
  return worker_spec(parts, job, spec);
}

/// In one sentence what is broken, for those who see the job only.
job::Reason damage_of(const pipeline::VerifyReport& report) {
  const pipeline::Problem& first = report.problems.front();
  const std::string what = !first.sample.empty() ? fmt::format("{}, sample {} ({})", first.set, first.sample, first.url)
                           : !first.file.empty() ? fmt::format("{}, file {}", first.set, first.file)
                                                 : first.set;
  std::string text = fmt::format("{}: {}", what, first.detail);
  if (report.problem_count > 1) text += fmt::format("; {} problems in all", report.problem_count);
  return {"verify.damaged", std::move(text), "format the dataset again, and delete these sets"};
}

Result<job::Outcome> end_verify(const WorkerParts& parts, const job::Job& job, const engine::Status& status) {
  Answer answer = answer_of(parts, job, status);
  if (is_tried_again(job, answer)) return job::Outcome::retry(*answer.error);
  const auto report = result_of<pipeline::VerifyReport>(answer);
  if (!answer.error && !report.ok && !report.problems.empty()) return job::Outcome::failed(damage_of(report));
  return outcome_of(answer);
}

}  // namespace

void add_verify_kind(job::KindRegistry& kinds, const WorkerParts& parts) {
  job::Kind kind;
  kind.name = "dataset.verify";
  kind.make_spec = [parts](const job::Job& job) { return verify_spec(parts, job); };
  kind.on_change = [parts](const job::Job& job, const engine::Status&) { publish_job(parts, job); };
  kind.on_end = [parts](const job::Job& job, const engine::Status& s) { return end_verify(parts, job, s); };
  kinds.add(std::move(kind));
}

}  // namespace ava::dataset
