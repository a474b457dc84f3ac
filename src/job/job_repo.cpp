#include "job/job_repo.hpp"

namespace ava::job::job_repo {

namespace {

constexpr auto kAdd =
    "INSERT INTO jobs (id, kind, engine, state, owner_id, subject_type, subject_id, subject_name, payload, cpu_cores, "
    "memory_bytes, max_attempts, not_before_ms, created_ms, updated_ms) VALUES (:id, :kind, :engine, 'queued', :owner, "
    ":subject_type, :subject_id, :subject_name, :payload, :cpu, :memory, :max_attempts, :now, :now, :now)";
constexpr auto kFind = "SELECT * FROM jobs WHERE id = :id";
constexpr auto kRequestCancel =
    "UPDATE jobs SET cancel_requested_ms = :now, updated_ms = :now "
    "WHERE id = :id AND state IN ('queued', 'running') AND cancel_requested_ms IS NULL";
constexpr auto kQueued = "SELECT * FROM jobs WHERE state = 'queued' ORDER BY created_ms, id LIMIT :rows";
constexpr auto kRunning = "SELECT * FROM jobs WHERE state = 'running' ORDER BY created_ms, id";
constexpr auto kUnreleased =
    "SELECT * FROM jobs WHERE handle <> '' AND state IN ('succeeded', 'failed', 'cancelled') LIMIT 100";
constexpr auto kClaim =
    "UPDATE jobs SET state = 'running', attempts = attempts + 1, lease_owner = :owner, lease_token = :token, "
    "lease_expires_ms = :expires, handle = '', why = '', progress = '', started_ms = COALESCE(started_ms, :now), "
    "updated_ms = :now WHERE id = :id AND state = 'queued' AND cancel_requested_ms IS NULL";
constexpr auto kAdopt =
    "UPDATE jobs SET lease_owner = :owner, lease_token = :token, lease_expires_ms = :expires, updated_ms = :now "
    "WHERE id = :id AND state = 'running' AND lease_token = :seen "
    "AND (lease_owner = :owner OR lease_expires_ms < :now)";
constexpr auto kRenew = "UPDATE jobs SET lease_expires_ms = :expires WHERE state = 'running' AND lease_owner = :owner";
constexpr auto kSetHandle =
    "UPDATE jobs SET handle = :handle, updated_ms = :now WHERE id = :id AND state = 'running' AND lease_token = :token";
constexpr auto kSetProgress =
    "UPDATE jobs SET progress = :progress, updated_ms = :now "
    "WHERE id = :id AND state = 'running' AND lease_token = :token";
constexpr auto kRequeue =
    "UPDATE jobs SET state = 'queued', attempts = :attempts, not_before_ms = :not_before, why = :why, handle = '', "
    "lease_owner = '', lease_token = '', lease_expires_ms = 0, updated_ms = :now "
    "WHERE id = :id AND state = 'running' AND lease_token = :token";
// Two statements and not one with an "or": a running job may be ended by its lease's holder only.
constexpr std::string_view kEnd =
    "UPDATE jobs SET state = :state, error_slug = :slug, error_detail = :detail, error_hint = :hint, "
    "exit_code = :exit_code, exit_signal = :exit_signal, exit_out_of_memory = :oom, exit_words = :words, "
    "progress = CASE WHEN :progress = '' THEN progress ELSE :progress END, log_tail = :log_tail, why = '', "
    "lease_owner = '', lease_token = '', lease_expires_ms = 0, ended_ms = :now, updated_ms = :now WHERE id = :id AND ";
constexpr auto kSetWaiting = "UPDATE jobs SET why = :why WHERE id = :id AND state = 'queued'";
constexpr auto kClearHandle =
    "UPDATE jobs SET handle = '' WHERE id = :id AND state IN ('succeeded', 'failed', 'cancelled')";

std::optional<std::string> maybe_words(const db::Row& row, std::string_view column) {
  std::string words = row.text(column);
  if (words.empty()) return std::nullopt;
  return words;
}

Job read_job(const db::Row& row) {
  Job job;
  job.id = row.id<JobId>("id");
  job.kind = row.text("kind");
  job.state = schema::value_of<JobState>(row.text("state")).value_or(JobState::kFailed);
  job.progress = parse_progress(row.text("progress")).value_or(Progress{});
  job.attempts = static_cast<int>(row.integer("attempts"));
  job.max_attempts = static_cast<int>(row.integer("max_attempts"));
  if (const auto slug = maybe_words(row, "error_slug"))
    job.error = Reason{*slug, row.text("error_detail"), maybe_words(row, "error_hint")};
  if (const auto why = maybe_words(row, "why"))
    if (auto reason = schema::from_text<Reason>(*why); reason.ok()) job.waiting = *std::move(reason);
  job.subject = {row.text("subject_type"), row.text("subject_id"), row.text("subject_name")};
  job.created_at.ms = row.integer("created_ms");
  job.started_at = row.maybe<schema::Time>("started_ms");
  job.ended_at = row.maybe<schema::Time>("ended_ms");
  job.owner_id = row.text("owner_id");
  job.payload = row.text("payload");
  job.engine = row.text("engine");
  job.handle = row.text("handle");
  job.cpu_cores = row.real("cpu_cores");
  job.memory_bytes = static_cast<std::uint64_t>(row.integer("memory_bytes"));
  job.not_before_ms = row.integer("not_before_ms");
  job.cancel_requested = !row.is_null("cancel_requested_ms");
  job.log_tail = row.text("log_tail");
  return job;
}

std::vector<Job> read_jobs(const std::vector<db::Row>& rows) {
  std::vector<Job> jobs;
  jobs.reserve(rows.size());
  for (const db::Row& row : rows) jobs.push_back(read_job(row));
  return jobs;
}

Result<int> end(db::Tx& tx, std::string_view condition, const JobId& id, std::string_view token, const Ending& ending,
                TimeMs now) {
  const Reason reason = ending.reason.value_or(Reason{});
  std::optional<int> code, signal;
  if (ending.exit.has_value()) code = ending.exit->code, signal = ending.exit->signal;
  return tx.run(std::string(kEnd) + std::string(condition),
                {{"state", schema::name_of(ending.state)},
                 {"slug", reason.slug},
                 {"detail", reason.detail},
                 {"hint", reason.hint.value_or("")},
                 {"exit_code", code},
                 {"exit_signal", signal},
                 {"oom", ending.exit.has_value() && ending.exit->out_of_memory},
                 {"words", ending.exit.has_value() ? ending.exit->words : std::string()},
                 {"progress", ending.progress},
                 {"log_tail", ending.log_tail},
                 {"now", now},
                 {"id", id},
                 {"token", token}});
}

}  // namespace

Result<void> add(db::Tx& tx, const Job& job) {
  AVA_CHECK(tx.run(kAdd, {{"id", job.id},
                          {"kind", job.kind},
                          {"engine", job.engine},
                          {"owner", job.owner_id},
                          {"subject_type", job.subject.type},
                          {"subject_id", job.subject.id},
                          {"subject_name", job.subject.name},
                          {"payload", job.payload},
                          {"cpu", job.cpu_cores},
                          {"memory", job.memory_bytes},
                          {"max_attempts", job.max_attempts},
                          {"now", job.created_at.ms}}));
  return {};
}

Result<std::optional<Job>> find(db::Tx& tx, const JobId& id) {
  AVA_TRY(const auto row, tx.one(kFind, {{"id", id}}));
  if (!row.has_value()) return std::optional<Job>();
  return std::optional<Job>(read_job(*row));
}

Result<std::vector<Job>> list(db::Tx& tx, const JobFilter& filter) {
  std::string sql = "SELECT * FROM jobs WHERE 1 = 1";
  std::vector<db::Param> params{{"rows", filter.page.rows()}};
  const auto where = [&](std::string_view condition, std::string_view name, db::Value value) {
    sql += condition;
    params.push_back({name, std::move(value)});
  };
  if (filter.state.has_value()) where(" AND state = :state", "state", schema::name_of(*filter.state));
  if (!filter.kind.empty()) where(" AND kind = :kind", "kind", filter.kind);
  if (!filter.subject_id.empty()) where(" AND subject_id = :subject", "subject", filter.subject_id);
  if (!filter.page.cursor.empty()) where(" AND id < :cursor", "cursor", filter.page.cursor);
  AVA_TRY(const auto rows, tx.all(sql + " ORDER BY id DESC LIMIT :rows", params));
  return read_jobs(rows);
}

Result<int> request_cancel(db::Tx& tx, const JobId& id, TimeMs now) {
  return tx.run(kRequestCancel, {{"id", id}, {"now", now}});
}

Result<std::vector<Job>> queued(db::Tx& tx, int limit) {
  AVA_TRY(const auto rows, tx.all(kQueued, {{"rows", limit}}));
  return read_jobs(rows);
}

Result<std::vector<LeasedJob>> running(db::Tx& tx) {
  AVA_TRY(const auto rows, tx.all(kRunning));
  std::vector<LeasedJob> jobs;
  for (const db::Row& row : rows)
    jobs.push_back(
        {read_job(row), {row.text("lease_owner"), row.text("lease_token"), row.integer("lease_expires_ms")}});
  return jobs;
}

Result<std::vector<Job>> unreleased(db::Tx& tx) {
  AVA_TRY(const auto rows, tx.all(kUnreleased));
  return read_jobs(rows);
}

Result<int> claim(db::Tx& tx, const JobId& id, const Lease& lease, TimeMs now) {
  return tx.run(
      kClaim,
      {{"owner", lease.owner}, {"token", lease.token}, {"expires", lease.expires_ms}, {"now", now}, {"id", id}});
}

Result<int> adopt(db::Tx& tx, const JobId& id, const Lease& seen, const Lease& mine, TimeMs now) {
  return tx.run(kAdopt, {{"owner", mine.owner},
                         {"token", mine.token},
                         {"expires", mine.expires_ms},
                         {"now", now},
                         {"id", id},
                         {"seen", seen.token}});
}

Result<int> renew_leases(db::Tx& tx, std::string_view owner, TimeMs expires_ms) {
  return tx.run(kRenew, {{"owner", owner}, {"expires", expires_ms}});
}

Result<int> set_handle(db::Tx& tx, const JobId& id, std::string_view token, std::string_view handle, TimeMs now) {
  return tx.run(kSetHandle, {{"handle", handle}, {"now", now}, {"id", id}, {"token", token}});
}

Result<int> set_progress(db::Tx& tx, const JobId& id, std::string_view token, std::string_view progress, TimeMs now) {
  return tx.run(kSetProgress, {{"progress", progress}, {"now", now}, {"id", id}, {"token", token}});
}

Result<int> requeue(db::Tx& tx, const JobId& id, std::string_view token, const Reason& why, int attempts,
                    TimeMs not_before_ms, TimeMs now) {
  return tx.run(kRequeue, {{"attempts", attempts},
                           {"not_before", not_before_ms},
                           {"why", schema::to_text(why)},
                           {"now", now},
                           {"id", id},
                           {"token", token}});
}

Result<int> end_running(db::Tx& tx, const JobId& id, std::string_view token, const Ending& ending, TimeMs now) {
  return end(tx, "state = 'running' AND lease_token = :token", id, token, ending, now);
}

Result<int> end_queued(db::Tx& tx, const JobId& id, const Ending& ending, TimeMs now) {
  return end(tx, "state = 'queued'", id, "", ending, now);
}

Result<int> set_waiting(db::Tx& tx, const JobId& id, const Reason& why) {
  return tx.run(kSetWaiting, {{"why", schema::to_text(why)}, {"id", id}});
}

Result<int> clear_handle(db::Tx& tx, const JobId& id) { return tx.run(kClearHandle, {{"id", id}}); }

}  // namespace ava::job::job_repo
