#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "base/log.hpp"
#include "http/connection.hpp"

namespace ava::http {

namespace ws = boost::beast::websocket;
using WsStream = ws::stream<Stream&, false>;

namespace {

constexpr std::chrono::seconds kCloseDeadline{3};
constexpr std::chrono::milliseconds kBusyPause{50};

void set_limits(WsStream& socket, const ServerOptions& options) {
  ws::stream_base::timeout limits{};
  limits.handshake_timeout = kCloseDeadline;
  limits.idle_timeout = 2 * options.ping_interval;  // Beast pings after half of it
  limits.keep_alive_pings = true;
  socket.set_option(limits);
  socket.read_message_max(options.socket_message_limit_bytes);
  socket.text(true);
}

Task<> write_messages(WsStream& socket, std::shared_ptr<LiveSocket> live, std::shared_ptr<net::Signal> wake) {
  while (true) {
    std::optional<std::string> text = live->take();
    if (text) {
      auto [problem, bytes] = co_await socket.async_write(asio::buffer(*text), net::kAwait);
      if (problem) co_return;
      live->written(text->size());
    } else if (live->wants_close()) {
      const ws::close_reason reason(ws::close_code::going_away);
      co_await socket.async_close(reason, net::kAwait);
      co_return;
    } else {
      co_await wake->wait();
    }
  }
}

/// Run on_message on a worker thread, in order; waits while all workers are busy.
Task<> deliver(ServerState& state, std::shared_ptr<LiveSocket> live, std::shared_ptr<net::Signal> signal,
               std::string text) {
  auto done = std::make_shared<std::atomic<bool>>(false);
  auto work = [live, signal, done, text] {
    // adapter: as for handlers, a bug in one message must not end the server
    try {
      if (live->on_message) live->on_message(text);
    } catch (const std::exception& e) {
      log::error("http", "exception for a WebSocket message: {}", e.what());
    }
    done->store(true, std::memory_order_release);
    signal->notify();
  };
  while (!state.workers.submit(work)) co_await signal->wait_for(kBusyPause);
  while (!done->load(std::memory_order_acquire)) co_await signal->wait();
}

}  // namespace

std::shared_ptr<LiveSocket> Connection::make_live_socket() {
  LiveSocket::Hooks hooks;
  const std::weak_ptr<Connection> weak = shared_from_this();
  hooks.cut = [weak] {
    if (const auto self = weak.lock()) self->abort();
  };
  hooks.hurry = [weak] {
    const auto self = weak.lock();
    if (!self) return;
    on_strand(self, [](Connection& mine) {
      mine.hurry_timer_.expires_after(kCloseDeadline);
      mine.hurry_timer_.async_wait([again = mine.weak_from_this()](const boost::system::error_code& problem) {
        const auto alive = again.lock();
        if (!problem && alive) alive->stream_.close();
      });
    });
  };
  hooks.wake = [wake = wake_] { wake->notify(); };
  return std::make_shared<LiveSocket>(state_.options.socket_queue_limit_bytes, std::move(hooks));
}

Task<bool> Connection::serve_socket(ExchangePtr exchange) {
  if (!ws::is_upgrade(parser_->get()) || buffer_.size() > 0) {
    Error error(ErrorCode::kInvalidArgument, "http.upgrade_required", "this address speaks WebSocket only");
    co_return co_await refuse(exchange, error);
  }
  wake_ = std::make_shared<net::Signal>(executor_);
  auto live = make_live_socket();
  auto work = [exchange, live, signal = signal_, &router = state_.router] {
    Result<void> opened = router.open(exchange->match, exchange->request, live);
    exchange->outcome = opened.ok() ? Result<Reply>(Reply()) : Result<Reply>(opened.error());
    exchange->done.store(true, std::memory_order_release);
    signal->notify();
  };
  if (state_.workers.submit(std::move(work))) {
    co_await wait_done(exchange);
  } else {
    exchange->outcome = Error(ErrorCode::kUnavailable, "http.overloaded", "too many requests are waiting");
  }
  bool go_on = false;
  if (exchange->outcome->ok()) {
    co_await accept_socket(live);
  } else {
    go_on = co_await refuse(exchange, exchange->outcome->error());
  }
  live_.reset();
  hurry_timer_.cancel();
  live->end();
  co_return go_on;
}

Task<> Connection::accept_socket(std::shared_ptr<LiveSocket> live) {
  stream_.expires_never();
  WsStream socket(stream_);
  set_limits(socket, state_.options);
  auto [refused] = co_await socket.async_accept(parser_->get(), net::kAwait);
  if (refused) co_return;
  live_ = live;
  if (state_.stopping) live->close();

  auto written = std::make_shared<std::atomic<bool>>(false);
  auto writer = [&socket, live, wake = wake_]() -> Task<> { return write_messages(socket, live, wake); };
  auto writer_end = [written, signal = signal_](const std::exception_ptr&) {
    *written = true;
    signal->notify();
  };
  asio::co_spawn(executor_, std::move(writer), std::move(writer_end));

  beast::flat_buffer message;
  while (true) {
    auto [problem, bytes] = co_await socket.async_read(message, net::kAwait);
    if (problem || !socket.got_text()) break;
    std::string text(static_cast<const char*>(message.data().data()), message.size());
    message.consume(message.size());
    co_await deliver(state_, live, signal_, std::move(text));
  }
  // Whatever ended the reader ends the writer; the stream must outlive it.
  live->close();
  if (!socket.is_open()) stream_.close();
  while (!*written) co_await signal_->wait();
}

}  // namespace ava::http
