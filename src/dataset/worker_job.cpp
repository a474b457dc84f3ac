#include "dataset/worker_job.hpp"

namespace ava::dataset {

namespace {

/// The worker left no readable result: say how it ended. Who was killed from outside did nothing wrong.
Answer answer_of_silence(const engine::Status& status, std::string_view why) {
  const bool ran = status.state == engine::State::kExited;
  if (!status.exit || (ran && status.exit->code == 0)) return {{}, job::Reason{"job.lost", std::string(why), {}}, ran};
  const engine::Exit& exit = *status.exit;
  const bool from_outside = exit.slug == "exit.killed" || exit.slug == "exit.stopped";
  return {{}, job::Reason{exit.slug, exit.words, {}}, ran && from_outside};
}

}  // namespace

Result<pipeline::Target> target_of(const WorkerParts& parts, const Dataset& dataset, const std::string& below) {
  AVA_TRY(const user::Bucket bucket, parts.buckets.find(dataset.bucket_id));
  return pipeline::Target{{}, bucket.name, dataset.prefix + below};
}

Result<pipeline::Sources> sources_of(user::BucketService& buckets, bool allow_private_hosts) {
  pipeline::Sources sources;
  std::string cursor;
  do {
    AVA_TRY(const auto page, buckets.list({.limit = 500, .cursor = cursor}));
    for (const user::Bucket& bucket : page.items) sources.buckets[bucket.name] = bucket.uri;
    cursor = page.next_cursor.value_or("");
  } while (!cursor.empty());
  sources.deny_private = !allow_private_hosts;
  return sources;
}

Result<engine::Spec> worker_spec_of(const WorkerParts& parts, const job::Job& job, std::string spec) {
  const JobFiles files = files_of(parts.jobs, job);
  AVA_CHECK(file::make_dirs(files.folder));
  const worker::JobFile order{.kind = job.kind, .spec = {std::move(spec)}, .result_file = files.result_name()};
  AVA_CHECK(file::write_atomic(files.job(), schema::to_text(order), 0600));
  engine::Spec made;
  made.name = fmt::format("{} {}", job.kind, job.subject.name);
  made.command = {parts.executable.string(), "worker", "--job", files.job().string()};
  made.working_dir = files.folder.string();
  made.log_path = files.log().string();
  made.progress_path = files.progress().string();
  return made;
}

Answer answer_of(const WorkerParts& parts, const job::Job& job, const engine::Status& status) {
  if (job.cancel_requested) return {{}, job::Reason{"job.cancelled", "cancelled", {}}};
  const auto text = file::read(files_of(parts.jobs, job).result());
  if (!text.ok()) return answer_of_silence(status, "the worker left no result");
  const auto outcome = schema::from_text<worker::JobOutcome>(*text);
  if (!outcome.ok()) return answer_of_silence(status, "the worker's result is unreadable");
  if (outcome->ok && outcome->result) return {outcome->result->text, {}};
  if (!outcome->error) return answer_of_silence(status, "the worker gave no reason");
  const worker::JobError& error = *outcome->error;
  job::Reason reason{error.slug, error.message, {}};
  if (!error.hint.empty()) reason.hint = error.hint;
  // A server that does not answer comes back, and a worker that was told to stop can start again; a bad list stays bad.
  bool may_heal = false;
  for (const ErrorCode code : {ErrorCode::kUnavailable, ErrorCode::kDeadlineExceeded, ErrorCode::kCancelled})
    may_heal = may_heal || error.code == name_of(code);
  return {{}, reason, may_heal};
}

std::string problem_text(const job::Reason& reason) {
  return schema::to_text(schema::Problem{reason.slug, reason.detail, reason.hint});
}

bool is_tried_again(const job::Job& job, const Answer& answer) {
  return answer.error && answer.may_heal && !job.last_attempt();
}

void publish_job(const WorkerParts& parts, const job::Job& job) {
  if (!parts.publish) return;
  const std::string text = schema::to_text(job);
  parts.publish("jobs", "changed", text);
  parts.publish("job:" + job.id.str(), "changed", text);
}

job::Outcome outcome_of(const Answer& answer) {
  if (!answer.error) return job::Outcome::succeeded();
  return job::Outcome::failed(*answer.error);
}

}  // namespace ava::dataset
