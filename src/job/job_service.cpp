#include "job/job_service.hpp"

#include "job/job_repo.hpp"

namespace ava::job {

namespace {
Error not_found(std::string_view id) {
  return Error(ErrorCode::kNotFound, "job.not_found", "there is no job " + std::string(id));
}
}  // namespace

void Bell::ring() {
  {
    const std::lock_guard lock(mutex_);
    rung_ = true;
  }
  changed_.notify_all();
}

void Bell::nudge() {
  {
    const std::lock_guard lock(mutex_);
    nudged_ = true;
  }
  changed_.notify_all();
}

bool Bell::wait(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, longest, [this] { return rung_ || nudged_; });
  nudged_ = false;
  return std::exchange(rung_, false);
}

Result<Job> JobService::submit(db::Tx& tx, const NewJob& request) {
  const Kind* kind = kinds_.find(request.kind);
  if (kind == nullptr)
    return Error(ErrorCode::kInternal, "job.unknown_kind", "no noun registered the job kind '" + request.kind + "'");
  Job job;
  job.id = JobId::make();
  job.kind = request.kind;
  job.engine = kind->engine;
  job.max_attempts = kind->max_attempts;
  job.owner_id = request.owner_id;
  job.subject = request.subject;
  job.payload = request.payload;
  job.cpu_cores = request.cpu_cores;
  job.memory_bytes = request.memory_bytes;
  job.created_at.ms = clock_.now_ms();
  AVA_CHECK(job_repo::add(tx, job));
  return job;
}

Result<Job> JobService::submit(const NewJob& request) {
  AVA_TRY(Job job, db_.write([&](db::Tx& tx) { return submit(tx, request); }));
  wake();
  return job;
}

Result<Job> JobService::find(const JobId& id) {
  AVA_TRY(auto job, db_.read([&](db::Tx& tx) { return job_repo::find(tx, id); }));
  if (!job.has_value()) return not_found(id.str());
  return *std::move(job);
}

Result<Job> JobService::find(std::string_view id) {
  AVA_TRY(const JobId parsed, JobId::parse(id));
  return find(parsed);
}

Result<db::Page<Job>> JobService::list(const JobFilter& filter) {
  AVA_TRY(auto jobs, db_.read([&](db::Tx& tx) { return job_repo::list(tx, filter); }));
  return db::make_page(std::move(jobs), filter.page, [](const Job& job) { return job.id.str(); });
}

Result<Job> JobService::cancel(const user::Actor& actor, const JobId& id) {
  AVA_CHECK(user::require_person(actor));
  AVA_TRY(const Job job, find(id));
  if (job.owner_id != actor.user.id.str() && !actor.is_admin())
    return Error(ErrorCode::kPermissionDenied, "job.not_yours", "only its owner or an admin may cancel a job");
  return cancel(id);
}

Result<Job> JobService::cancel(const JobId& id) {
  const auto request = [&](db::Tx& tx) -> Result<Job> {
    AVA_CHECK(job_repo::request_cancel(tx, id, clock_.now_ms()));
    AVA_TRY(auto job, job_repo::find(tx, id));
    if (!job.has_value()) return not_found(id.str());
    return *std::move(job);
  };
  AVA_TRY(Job job, db_.write(request));
  wake();
  return job;
}

Result<Job> JobService::cancel(std::string_view id) {
  AVA_TRY(const JobId parsed, JobId::parse(id));
  return cancel(parsed);
}

}  // namespace ava::job
