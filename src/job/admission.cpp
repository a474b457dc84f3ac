#include "job/admission.hpp"

#include <fmt/format.h>

#include <optional>

namespace ava::job {

namespace {

/// What an engine holds while the queue is walked.
struct Load {
  int running = 0;
  double cpu_cores = 0;
  std::uint64_t memory_bytes = 0;
  bool closed = false;  ///< somebody waits: those behind wait too
  int ahead = 0;        ///< how many wait before the next one

  void hold(const Job& job) {
    ++running;
    cpu_cores += job.cpu_cores;
    memory_bytes += job.memory_bytes;
  }
};

std::string mib(std::uint64_t bytes) { return fmt::format("{} MiB", bytes >> 20); }

std::optional<Reason> never_fits(const Job& job, const EngineLimits& limits) {
  if (limits.cpu_cores > 0 && job.cpu_cores > limits.cpu_cores)
    return Reason{"job.does_not_fit",
                  fmt::format("it asks for {} cores, the machine gives {}", job.cpu_cores, limits.cpu_cores),
                  "Ask for fewer cores."};
  if (limits.memory_bytes > 0 && job.memory_bytes > limits.memory_bytes)
    return Reason{"job.does_not_fit",
                  fmt::format("it asks for {}, the machine gives {}", mib(job.memory_bytes), mib(limits.memory_bytes)),
                  "Ask for less memory."};
  return std::nullopt;
}

std::optional<Reason> must_wait(const Job& job, const Load& load, const EngineLimits& limits) {
  if (load.closed) return Reason{"wait.turn", fmt::format("{} before it in the queue", load.ahead), std::nullopt};
  if (load.running >= limits.max_running)
    return Reason{"wait.slots", fmt::format("{} of {} places are taken", load.running, limits.max_running),
                  std::nullopt};
  if (limits.cpu_cores > 0 && load.cpu_cores + job.cpu_cores > limits.cpu_cores + 1e-9)
    return Reason{"wait.cpu",
                  fmt::format("it asks for {} cores, {} are free", job.cpu_cores, limits.cpu_cores - load.cpu_cores),
                  std::nullopt};
  if (limits.memory_bytes > 0 && load.memory_bytes + job.memory_bytes > limits.memory_bytes)
    return Reason{"wait.memory",
                  fmt::format("it asks for {}, {} are free", mib(job.memory_bytes),
                              mib(limits.memory_bytes - std::min(load.memory_bytes, limits.memory_bytes))),
                  std::nullopt};
  return std::nullopt;
}

bool same(const std::optional<Reason>& a, const Reason& b) {
  return a.has_value() && a->slug == b.slug && a->detail == b.detail;
}

}  // namespace

Admission admit(const std::vector<Job>& queued, const std::vector<Job>& running,
                const std::map<std::string, EngineLimits>& limits, TimeMs now) {
  Admission decision;
  std::map<std::string, Load> loads;
  for (const Job& job : running) loads[job.engine].hold(job);
  const auto wait = [&](const Job& job, Reason reason) {
    if (!same(job.waiting, reason)) decision.waiting.emplace_back(job, std::move(reason));
  };
  for (const Job& job : queued) {
    if (job.cancel_requested || job.not_before_ms > now) continue;  // a retry was told why when it was put back
    const auto limit = limits.find(job.engine);
    if (limit == limits.end()) {
      wait(job, {"wait.no_engine", "this server has no engine '" + job.engine + "'", std::nullopt});
      continue;
    }
    Load& load = loads[job.engine];
    if (auto reason = never_fits(job, limit->second)) {
      decision.refuse.emplace_back(job, *std::move(reason));
    } else if (auto why = must_wait(job, load, limit->second)) {
      wait(job, *std::move(why));
      load.closed = true;
      ++load.ahead;
    } else {
      decision.start.push_back(job);
      load.hold(job);
    }
  }
  return decision;
}

}  // namespace ava::job
