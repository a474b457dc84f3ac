// Runs numbered batches on many threads and hands their results to the caller in order, within a window and a byte
// budget: the sequencer of the data plane.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace ava::pipeline {

/// Bytes that were produced and not yet consumed. The oldest batch may always go on, so that it cannot wait for itself.
/// Thread: any.
class ByteBudget {
 public:
  explicit ByteBudget(std::uint64_t limit) : limit_(limit) {}
  /// False when stopped.
  bool take(std::uint64_t batch, std::uint64_t bytes, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!freed_.wait(lock, stop, [&] { return used_ + bytes <= limit_ || batch <= oldest_; })) return false;
    used_ += bytes;
    return true;
  }
  /// The batch `oldest - 1` is consumed with all its bytes.
  void release(std::uint64_t bytes, std::uint64_t oldest) {
    const std::lock_guard lock(mutex_);
    used_ -= bytes;
    oldest_ = oldest;
    freed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any freed_;
  const std::uint64_t limit_;
  std::uint64_t used_ = 0;
  std::uint64_t oldest_ = 0;
};

/// Ordered parallel map. `produce(batch, stop)` runs in the threads; `consume(out)` in the caller, batch after batch.
/// Errors: the first of produce or consume, in batch order; `job.cancelled`. Thread: run() once.
template <class Out>
class Ordered {
 public:
  using Produce = std::function<Result<Out>(std::uint64_t batch, const std::stop_token& stop)>;
  using Consume = std::function<Result<void>(Out out)>;

  Ordered(std::uint64_t batches, unsigned threads) : batches_(batches), threads_(threads), slots_(2 * threads + 2) {}

  Result<void> run(const Produce& produce, const Consume& consume, const std::stop_token& stop) {
    std::stop_source inner;
    const std::stop_callback forward(stop, [&inner] { inner.request_stop(); });
    Result<void> outcome;
    {
      std::vector<std::jthread> workers;
      for (unsigned i = 0; i < threads_; ++i) workers.emplace_back([&] { work(produce, inner.get_token()); });
      outcome = consume_all(consume, inner.get_token());
      inner.request_stop();
    }
    return outcome;
  }

 private:
  void work(const Produce& produce, const std::stop_token& stop) {
    for (;;) {
      std::uint64_t batch = 0;
      {
        std::unique_lock lock(mutex_);
        const auto may_claim = [&] { return claimed_ >= batches_ || claimed_ < consumed_ + slots_.size(); };
        if (!changed_.wait(lock, stop, may_claim) || claimed_ >= batches_) return;
        batch = claimed_++;
      }
      Result<Out> out = produce(batch, stop);
      const std::lock_guard lock(mutex_);
      slots_[batch % slots_.size()] = std::move(out);
      changed_.notify_all();
    }
  }

  Result<void> consume_all(const Consume& consume, const std::stop_token& stop) {
    const Error cancelled(ErrorCode::kCancelled, "job.cancelled", "the work was cancelled");
    for (std::uint64_t batch = 0; batch < batches_; ++batch) {
      std::optional<Result<Out>> out;
      {
        std::unique_lock lock(mutex_);
        auto& slot = slots_[batch % slots_.size()];
        if (!changed_.wait(lock, stop, [&] { return slot.has_value(); })) return cancelled;
        out.swap(slot);
      }
      if (!out->ok()) return std::move(*out).error();
      AVA_CHECK(consume(*std::move(*out)));
      const std::lock_guard lock(mutex_);
      ++consumed_;
      changed_.notify_all();
    }
    return {};
  }

  const std::uint64_t batches_;
  const unsigned threads_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t claimed_ = 0;
  std::uint64_t consumed_ = 0;
  std::vector<std::optional<Result<Out>>> slots_;
};

}  // namespace ava::pipeline
