#include "net/loop.hpp"

#include <pthread.h>

#include <boost/asio/strand.hpp>

#include "net/asio.hpp"

namespace ava::net {

Loop::Loop(std::size_t threads) : impl_(std::make_unique<Impl>(threads)) {
  for (std::size_t i = 0; i < threads; ++i) {
    impl_->threads.emplace_back([this] {
      pthread_setname_np(pthread_self(), "net");
      impl_->context.run();
    });
  }
}

Loop::~Loop() {
  stop();
  impl_->threads.clear();
}

void Loop::post(std::function<void()> task) { asio::post(impl_->context, std::move(task)); }

void Loop::stop() { impl_->context.stop(); }

/// The strand serialises cancel() against the expiry.
struct Loop::Timer::Impl : std::enable_shared_from_this<Loop::Timer::Impl> {
  Impl(asio::io_context& context, std::function<void()> what)
      : strand(asio::make_strand(context)), timer(strand), task(std::move(what)) {}
  asio::strand<asio::io_context::executor_type> strand;
  asio::steady_timer timer;
  std::function<void()> task;
  bool cancelled = false;
};

std::unique_ptr<Loop::Timer> Loop::after(std::chrono::milliseconds delay, std::function<void()> task) {
  auto state = std::make_shared<Timer::Impl>(impl_->context, std::move(task));
  state->timer.expires_after(delay);
  state->timer.async_wait([state](const boost::system::error_code& problem) {
    if (!problem && !state->cancelled) state->task();
  });
  return std::make_unique<Timer>(std::move(state));
}

Loop::Timer::Timer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Loop::Timer::~Timer() { cancel(); }

void Loop::Timer::cancel() {
  asio::post(impl_->strand, [state = impl_] {
    state->cancelled = true;
    state->timer.cancel();
  });
}

}  // namespace ava::net
