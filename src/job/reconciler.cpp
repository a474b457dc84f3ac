#include "job/reconciler.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace ava::job {

namespace {
constexpr int kQueueWindow = 500;  // jobs looked at per round; those behind them wait their turn anyway
}

Reconciler::Reconciler(db::Database& database, const Clock& clock, JobService& jobs, const KindRegistry& kinds,
                       std::map<std::string, engine::Engine*> engines, ReconcilerOptions options)
    : jobs_(jobs), options_(std::move(options)), world_{database, clock, kinds, std::move(engines), options_.pace} {}

Reconciler::~Reconciler() { stop(); }

void Reconciler::start() {
  pool_ = std::make_unique<ThreadPool>("job", options_.threads, 1024);
  thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
}

void Reconciler::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  jobs_.wake();
  thread_.join();
  pool_.reset();  // steps under way finish; the jobs themselves go on
  const std::lock_guard lock(mutex_);
  slots_.clear();
}

void Reconciler::loop(const std::stop_token& stop) {
  auto scan_due = Steady::now();
  bool rung = false;
  while (!stop.stop_requested()) {
    if (rung || Steady::now() >= scan_due) {
      if (const auto scanned = scan(); !scanned.ok()) log::error("job", "scan: {}", scanned.error().text());
      scan_due = Steady::now() + options_.scan;
    }
    dispatch();
    const auto until_scan = std::chrono::ceil<std::chrono::milliseconds>(scan_due - Steady::now());
    rung = jobs_.bell().wait(std::max(std::chrono::milliseconds(1), std::min(until_scan, time_to_next())));
  }
}

Result<void> Reconciler::scan() {
  AVA_CHECK(renew_leases());
  AVA_CHECK(watch_running());
  drop_over();
  AVA_CHECK(admit_queued());
  return release_ended();
}

Lease Reconciler::new_lease() const {
  return {options_.owner, random_hex(16), world_.clock.now_ms() + options_.lease.count()};
}

Result<void> Reconciler::renew_leases() {
  if (Steady::now() < renew_due_) return {};
  {
    const std::lock_guard lock(mutex_);
    if (slots_.empty()) return {};  // nothing to hold: an idle server writes nothing
  }
  const TimeMs expires = world_.clock.now_ms() + options_.lease.count();
  AVA_CHECK(world_.database.write([&](db::Tx& tx) { return job_repo::renew_leases(tx, options_.owner, expires); }));
  renew_due_ = Steady::now() + options_.lease / 3;
  return {};
}

Result<void> Reconciler::watch_running() {
  AVA_TRY(const auto found, world_.database.read([](db::Tx& tx) { return job_repo::running(tx); }));
  for (const LeasedJob& row : found) {
    std::shared_ptr<Attempt> mine;
    {
      const std::lock_guard lock(mutex_);
      if (const auto slot = slots_.find(row.job.id.str()); slot != slots_.end()) {
        mine = slot->second.attempt;
        if (row.job.cancel_requested) {
          mine->request_cancel();
          slot->second.due = Steady::now();
        }
      }
    }
    const bool takeable = row.lease.owner == options_.owner || row.lease.expires_ms < world_.clock.now_ms();
    if (mine == nullptr && takeable) AVA_CHECK(adopt(row));
  }
  return {};
}

Result<void> Reconciler::adopt(const LeasedJob& found) {
  const Lease lease = new_lease();
  AVA_TRY(const int rows, world_.database.write([&](db::Tx& tx) {
    return job_repo::adopt(tx, found.job.id, found.lease, lease, world_.clock.now_ms());
  }));
  if (rows == 0) return {};
  log::info("job", "adopted {} {}", found.job.kind, found.job.id.str());
  put(std::make_shared<Attempt>(world_, found.job, lease.token, true));
  return {};
}

Result<void> Reconciler::admit_queued() {
  AVA_TRY(const auto queued, world_.database.read([](db::Tx& tx) { return job_repo::queued(tx, kQueueWindow); }));
  std::vector<Job> running;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, slot] : slots_) {
      Job held;  // a copy of what does not change while a step runs
      held.engine = slot.attempt->job().engine;
      held.cpu_cores = slot.attempt->job().cpu_cores;
      held.memory_bytes = slot.attempt->job().memory_bytes;
      running.push_back(std::move(held));
    }
  }
  const Admission decision = admit(queued, running, options_.limits, world_.clock.now_ms());
  for (const Job& job : queued)
    if (job.cancel_requested) end_later(job, JobState::kCancelled, {"job.cancelled", "it was cancelled", std::nullopt});
  for (const auto& [job, reason] : decision.refuse) end_later(job, JobState::kFailed, reason);
  for (const Job& job : decision.start) AVA_CHECK(claim(job));
  if (decision.waiting.empty()) return {};
  return world_.database.write([&](db::Tx& tx) -> Result<void> {
    for (const auto& [job, reason] : decision.waiting) AVA_CHECK(job_repo::set_waiting(tx, job.id, reason));
    return {};
  });
}

Result<void> Reconciler::claim(Job job) {
  const Lease lease = new_lease();
  const TimeMs now = world_.clock.now_ms();
  AVA_TRY(const int rows, world_.database.write([&](db::Tx& tx) { return job_repo::claim(tx, job.id, lease, now); }));
  if (rows == 0) return {};  // cancelled or claimed by another server meanwhile
  ++job.attempts;
  job.waiting.reset();
  job.progress = {};
  job.handle.clear();
  if (!job.started_at.has_value()) job.started_at = schema::Time{now};
  put(std::make_shared<Attempt>(world_, std::move(job), lease.token, false));
  return {};
}

void Reconciler::end_later(const Job& job, JobState state, const Reason& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (!ending_.insert(job.id.str()).second) return;
  }
  const auto task = [this, job, state, reason] {
    if (const auto ended = end_queued_job(world_, job, state, reason); !ended.ok())
      log::warn("job", "{} {}: end: {}", job.kind, job.id.str(), ended.error().text());
    const std::lock_guard lock(mutex_);
    ending_.erase(job.id.str());
  };
  if (pool_->submit(task)) return;
  const std::lock_guard lock(mutex_);
  ending_.erase(job.id.str());
}

Result<void> Reconciler::release_ended() {
  if (Steady::now() < release_due_) return {};
  AVA_TRY(const auto jobs, world_.database.read([](db::Tx& tx) { return job_repo::unreleased(tx); }));
  for (const Job& job : jobs) {
    const auto engine = world_.engines.find(job.engine);
    if (engine == world_.engines.end() || !engine->second->remove(job.handle).ok()) continue;
    AVA_CHECK(world_.database.write([&](db::Tx& tx) { return job_repo::clear_handle(tx, job.id); }));
  }
  release_due_ = Steady::now() + std::chrono::minutes(1);
  return {};
}

void Reconciler::put(std::shared_ptr<Attempt> attempt) {
  const std::lock_guard lock(mutex_);
  std::string id = attempt->job().id.str();
  slots_.insert_or_assign(std::move(id), Slot{std::move(attempt), Steady::now(), false});
}

void Reconciler::drop_over() {
  const std::lock_guard lock(mutex_);
  std::erase_if(slots_, [](const auto& entry) { return entry.second.attempt->over() && !entry.second.busy; });
}

void Reconciler::dispatch() {
  std::vector<std::pair<std::string, std::shared_ptr<Attempt>>> due;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, slot] : slots_) {
      if (slot.busy || slot.attempt->over() || slot.due > Steady::now()) continue;
      slot.busy = true;
      due.emplace_back(id, slot.attempt);
    }
  }
  for (const auto& [id, attempt] : due) {
    const auto task = [this, key = id, turn = attempt] { run_step(key, turn); };
    if (pool_->submit(task)) continue;
    const std::lock_guard lock(mutex_);  // a full pool: the next round tries again
    if (const auto slot = slots_.find(id); slot != slots_.end()) slot->second.busy = false;
  }
}

void Reconciler::run_step(const std::string& id, const std::shared_ptr<Attempt>& attempt) {
  const auto pause = attempt->step();
  {
    const std::lock_guard lock(mutex_);
    if (const auto slot = slots_.find(id); slot != slots_.end() && slot->second.attempt == attempt) {
      slot->second.busy = false;
      slot->second.due = Steady::now() + pause;
    }
  }
  // A place is free: look at the queue. Else only the next turn has to be planned.
  if (attempt->over())
    jobs_.bell().ring();
  else
    jobs_.bell().nudge();
}

std::chrono::milliseconds Reconciler::time_to_next() {
  const std::lock_guard lock(mutex_);
  auto next = Steady::now() + options_.scan;
  for (const auto& [id, slot] : slots_)
    if (!slot.busy && !slot.attempt->over()) next = std::min(next, slot.due);
  return std::chrono::ceil<std::chrono::milliseconds>(next - Steady::now());
}

}  // namespace ava::job
