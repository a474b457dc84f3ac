// Counts work and tells the caller now and then: at each change of phase and at most every 100 ms between.
#pragma once

#include <chrono>
#include <string_view>

#include "pipeline/specs.hpp"

namespace ava::pipeline {

/// Thread: one at a time.
class ProgressMeter {
 public:
  explicit ProgressMeter(const OnProgress& on_progress) : on_progress_(on_progress) {}
  void begin(std::string_view phase, std::uint64_t total, std::string_view unit) {
    now_ = {.phase = std::string(phase), .done = 0, .total = total, .unit = std::string(unit)};
    tell(true);
  }
  /// The same work under another name: what is told next.
  void rename(std::string phase) { now_.phase = std::move(phase); }
  /// All that is counted is done; what is left, `phase`, has no count of its own.
  void finish(std::string_view phase) {
    now_.phase = std::string(phase);
    now_.total = now_.done;
    tell(true);
  }
  void set(std::uint64_t done) {
    now_.done = done;
    tell(done == now_.total);
  }
  void add(std::uint64_t count) { set(now_.done + count); }

 private:
  using Steady = std::chrono::steady_clock;
  void tell(bool at_once) {
    if (!on_progress_) return;
    const auto time = Steady::now();
    if (!at_once && time - told_ < std::chrono::milliseconds(100)) return;
    told_ = time;
    on_progress_(now_);
  }
  const OnProgress& on_progress_;
  Progress now_;
  Steady::time_point told_{};
};

}  // namespace ava::pipeline
