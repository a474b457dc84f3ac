#include "base/thread_pool.hpp"

#include <pthread.h>

namespace ava {

ThreadPool::ThreadPool(const std::string& name, std::size_t threads, std::size_t queue_limit) : queue_(queue_limit) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this, name](const std::stop_token&) {
      pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
      while (auto task = queue_.pop({})) (*task)();
    });
  }
}

ThreadPool::~ThreadPool() { queue_.close(); }

bool ThreadPool::submit(std::function<void()> task) { return queue_.try_push(std::move(task)); }

}  // namespace ava
