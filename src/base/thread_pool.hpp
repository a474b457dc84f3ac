// A fixed number of threads and a bounded queue of tasks; submission fails at once when the queue is full.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/bounded_queue.hpp"

namespace ava {

/// Runs plain functions. Thread: submit() from any thread. The destructor finishes queued tasks.
class ThreadPool {
 public:
  ThreadPool(const std::string& name, std::size_t threads, std::size_t queue_limit);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  /// False when the queue is full or the pool is stopping: the task will not run.
  bool submit(std::function<void()> task);

 private:
  BoundedQueue<std::function<void()>> queue_;
  std::vector<std::jthread> threads_;
};

}  // namespace ava
