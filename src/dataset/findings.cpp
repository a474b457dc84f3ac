// What can be asked about a job's findings: rejected lines, also of work that failed for them, and verifications.
#include <algorithm>

#include "base/file.hpp"
#include "dataset/format_service.hpp"
#include "dataset/job_files.hpp"
#include "storage/file.hpp"
#include "worker/worker_run.hpp"

namespace ava::dataset {

namespace {

/// No such object: nothing had been rejected yet.
Result<db::Page<RejectItem>> or_none(Result<db::Page<RejectItem>> found) {
  if (!found.ok() && found.error().code() == ErrorCode::kNotFound) return db::Page<RejectItem>{};
  return found;
}

/// The worker of a failed job leaves what it had found in the job's folder.
Result<db::Page<RejectItem>> rejects_of_job(const std::filesystem::path& jobs, const std::string& job_id,
                                            const db::PageRequest& page) {
  std::error_code ignored;
  if (job_id.empty() || !std::filesystem::exists(jobs / job_id, ignored)) return db::Page<RejectItem>{};
  AVA_TRY(const auto storage, storage::open_file(jobs, false));
  return or_none(Contents(storage, job_id).rejects(page));
}

/// ".../sets/<batch>/<format>/<split>" without the last two.
std::string batch_prefix(const FormattedSet& set) {
  return std::filesystem::path(set.prefix).parent_path().parent_path().string();
}

}  // namespace

void describe(schema::Visitor& v, VerifyPayload& x) {
  v.type("VerifyPayload");
  v.field("batch", x.batch);
}

void describe(schema::Visitor& v, Verification& x) {
  v.type("Verification");
  v.field("job", x.job);
  v.field("report", x.report, {.doc = "Once the job is over; sets by <format>/<split>"});
}

Result<db::Page<RejectItem>> DatasetService::rejects(const DatasetId& id, const db::PageRequest& page) {
  AVA_TRY(const Dataset dataset, find(id));
  if (dataset.state == DatasetState::kCreating)
    return Error(ErrorCode::kConflict, "dataset.not_ready", "the import is not over yet");
  if (dataset.state == DatasetState::kFailed)
    return rejects_of_job(parts_.jobs_folder, dataset.job_id.value_or(""), page);
  AVA_TRY(auto storage, storage_of(dataset));
  return Contents(std::move(storage), dataset.prefix).rejects(page);
}

Result<db::Page<RejectItem>> FormatService::rejects(const FormattedSetId& id, const db::PageRequest& page) {
  AVA_TRY(const FormattedSet set, find(id));
  if (set.state == FormattedState::kCreating)
    return Error(ErrorCode::kConflict, "formatted_set.not_ready", "the set is not finished yet");
  AVA_TRY(auto storage, storage_of(set));
  // A set that got no sample failed, though its batch is there.
  auto found = Contents(std::move(storage), batch_prefix(set)).rejects(page);
  if (found.ok() || found.error().code() != ErrorCode::kNotFound) return found;
  return rejects_of_job(parts_.jobs_folder, set.job_id.value_or(""), page);
}

Result<Verification> FormatService::verify(const user::Actor& who, const FormattedSetId& id) {
  AVA_TRY(const FormattedSet set, find(id));
  if (set.state != FormattedState::kDone)
    return Error(ErrorCode::kConflict, "formatted_set.not_ready", "only a finished set can be verified");
  AVA_TRY(const auto before, parts_.jobs.list({{}, "dataset.verify", set.batch, {.limit = 1, .cursor = {}}}));
  if (!before.items.empty() && !job::is_over(before.items[0].state)) return Verification{before.items[0], {}};
  job::NewJob job{"dataset.verify",
                  who.user.id.str(),
                  {"batch", set.batch, set.dataset.name},
                  schema::to_text(VerifyPayload{set.batch})};
  AVA_TRY(job::Job queued, parts_.jobs.submit(job));
  return Verification{std::move(queued), {}};
}

Result<Verification> FormatService::verification(const FormattedSetId& id) {
  AVA_TRY(const FormattedSet set, find(id));
  AVA_TRY(const auto jobs, parts_.jobs.list({{}, "dataset.verify", set.batch, {.limit = 1, .cursor = {}}}));
  if (jobs.items.empty())
    return Error(ErrorCode::kNotFound, "formatted_set.not_verified", "nobody has verified this batch yet");
  Verification latest{jobs.items[0], {}};
  if (!job::is_over(latest.job.state)) return latest;
  const auto text = file::read(files_of(parts_.jobs_folder, latest.job).result());
  if (!text.ok()) return latest;  // it was cancelled, or never ran: the job says why
  AVA_TRY(const auto outcome, schema::from_text<worker::JobOutcome>(*text));
  if (!outcome.result) return latest;
  AVA_TRY(latest.report, schema::from_text<pipeline::VerifyReport>(outcome.result->text));
  return latest;
}

}  // namespace ava::dataset
