// Asio as http/ needs it: one socket type for TCP and unix, the context behind a Loop, a signal to await.
// Include only in .cpp files and internal headers of net/ and http/.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "net/loop.hpp"

namespace ava::net {

namespace asio = boost::asio;

/// `auto [problem, bytes] = co_await socket.async_read_some(buffer, kAwait);`
inline constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

struct Loop::Impl {
  explicit Impl(std::size_t count) : context(static_cast<int>(count)) {}
  asio::io_context context;
  asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
  std::vector<std::jthread> threads;
};

using Socket = asio::generic::stream_protocol::socket;

/// A connection just accepted; its executor is a strand of its own.
struct Accepted {
  Socket socket;
  std::string peer;  ///< "127.0.0.1:4711" or "unix"
  bool is_unix = false;
};

/// Wakes one coroutine from any thread. Thread: notify() any; wait() on the executor it was made with (a strand).
class Signal : public std::enable_shared_from_this<Signal> {
 public:
  explicit Signal(asio::any_io_executor executor) : executor_(std::move(executor)), timer_(executor_) {}

  void notify() {
    auto wake = [self = shared_from_this()] {
      self->set_ = true;
      self->timer_.cancel();
    };
    asio::post(executor_, std::move(wake));
  }
  /// Return once notify() was called since the last return.
  asio::awaitable<void> wait() { co_await wait_until(asio::steady_timer::time_point::max()); }
  /// False when nobody notified in time.
  asio::awaitable<bool> wait_for(std::chrono::milliseconds limit) {
    co_return co_await wait_until(std::chrono::steady_clock::now() + limit);
  }

 private:
  asio::awaitable<bool> wait_until(asio::steady_timer::time_point deadline) {
    if (!set_) {
      timer_.expires_at(deadline);
      co_await timer_.async_wait(kAwait);
    }
    co_return std::exchange(set_, false);
  }

  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  bool set_ = false;
};

}  // namespace ava::net
