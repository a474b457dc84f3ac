// The event loop: a few threads that wait for sockets and timers. Asio stays behind net/asio.hpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace ava::net {

/// Thread: every method from any thread. The destructor stops and joins; it must not run on a thread of the loop.
class Loop {
 public:
  explicit Loop(std::size_t threads);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Run on a thread of the loop, soon. The function must not block.
  void post(std::function<void()> task);

  /// A running timer; its destructor cancels. Lifetime: must end before its Loop.
  class Timer;
  std::unique_ptr<Timer> after(std::chrono::milliseconds delay, std::function<void()> task);

  /// Run nothing more; pending work is dropped. Idempotent.
  void stop();

  /// For net/asio.hpp.
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

class Loop::Timer {
 public:
  struct Impl;
  explicit Timer(std::shared_ptr<Impl> impl);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  /// The task does not start any more; it may be running on a loop thread.
  void cancel();

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace ava::net
