// An engine in memory for tests: jobs run until the test says how they end. Keeps the promises of engine.hpp:
// the same key is started once, whoever asks.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace ava::job {

/// Thread: any.
class FakeEngine : public engine::Engine {
 public:
  Result<std::string> start(const engine::Spec& spec) override {
    const std::lock_guard lock(mutex_);
    if (start_error_.has_value()) return *start_error_;
    const auto [found, fresh] = runs_.try_emplace(spec.key);
    if (fresh) {
      ++started_;
      found->second.spec = spec;
      found->second.status.state = engine::State::kRunning;
      if (ends_at_once_.has_value()) end(found->second, *ends_at_once_);
    }
    return spec.key;
  }
  Result<engine::Status> status(const std::string& handle) override {
    const std::lock_guard lock(mutex_);
    const auto found = runs_.find(handle);
    if (found == runs_.end()) return Error(ErrorCode::kNotFound, "engine.job_not_found", handle);
    return found->second.status;
  }
  Result<void> stop(const std::string& handle, std::chrono::seconds) override {
    const std::lock_guard lock(mutex_);
    if (const auto found = runs_.find(handle); found != runs_.end()) end(found->second, 143);
    return {};
  }
  Result<void> remove(const std::string& handle) override {
    const std::lock_guard lock(mutex_);
    runs_.erase(handle);
    return {};
  }
  Result<engine::LogChunk> log(const std::string& handle, std::uint64_t offset, std::uint64_t max_bytes) override {
    const std::string text = "last words of " + handle;
    const auto from = std::min<std::uint64_t>(offset, text.size());
    engine::LogChunk chunk{text.substr(from, max_bytes), from, 0, true};
    chunk.next_offset = from + chunk.text.size();
    return chunk;
  }
  Result<engine::Info> probe() override { return engine::Info{.name = "fake", .available = true}; }
  Result<std::vector<engine::ImageInfo>> images() override { return std::vector<engine::ImageInfo>(); }

  // What a test does.
  void refuse_starts(std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    start_error_ = std::move(error);
  }
  void end_at_once(int code) {
    const std::lock_guard lock(mutex_);
    ends_at_once_ = code;
  }
  void end_all(int code) {
    const std::lock_guard lock(mutex_);
    for (auto& [key, run] : runs_) end(run, code);
  }
  void lose_all() {
    const std::lock_guard lock(mutex_);
    runs_.clear();
  }
  void say(const std::string& progress) {
    const std::lock_guard lock(mutex_);
    for (auto& [key, run] : runs_) run.status.progress = progress;
  }
  int started() const {
    const std::lock_guard lock(mutex_);
    return started_;
  }
  /// Runs that were not removed yet.
  std::size_t held() const {
    const std::lock_guard lock(mutex_);
    return runs_.size();
  }
  std::vector<std::string> running_names() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [key, run] : runs_)
      if (run.status.state == engine::State::kRunning) names.push_back(run.spec.name);
    return names;
  }

 private:
  struct Run {
    engine::Spec spec;
    engine::Status status;
  };
  static void end(Run& run, int code) {
    if (run.status.state == engine::State::kExited) return;
    run.status.state = engine::State::kExited;
    engine::Exit exit;
    exit.code = code;
    exit.slug = code == 0 ? "exit.ok" : "exit.failed";
    exit.words = "exit code " + std::to_string(code);
    run.status.exit = exit;
  }

  mutable std::mutex mutex_;
  std::map<std::string, Run> runs_;
  std::optional<Error> start_error_;
  std::optional<int> ends_at_once_;
  int started_ = 0;
};

}  // namespace ava::job
