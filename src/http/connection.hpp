// One HTTP connection as a coroutine. Internal: includes Beast, so only connection.cpp and socket_session.cpp may
// include it. Names are given on the line above a co_await: g++ 12 miscompiles lambdas and aggregates inside one.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/live_socket.hpp"
#include "http/server_state.hpp"
#include "http/upload_pipe.hpp"
#include "net/asio.hpp"

namespace ava::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

using Stream = beast::basic_stream<asio::generic::stream_protocol, asio::any_io_executor>;
using Parser = beast::http::request_parser<beast::http::buffer_body>;
template <class T = void>
using Task = asio::awaitable<T>;

/// One request and its answer. The worker owns it until `done`, the connection before and after.
struct Exchange {
  Request request;
  Router::Match match;
  std::optional<Result<Reply>> outcome;
  std::atomic<bool> done = false;
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  std::uint64_t sent_bytes = 0;
  bool expects_continue = false;
  bool is_http10 = false;
  bool must_close = false;  ///< after something malformed nobody knows where the next request starts
};
using ExchangePtr = std::shared_ptr<Exchange>;

/// Thread: finish() and abort() any; the rest runs on the connection's strand.
class Connection final : public Peer, public std::enable_shared_from_this<Connection> {
 public:
  Connection(ServerState& state, net::Accepted accepted);
  void start();
  void finish() override;
  void abort() override;

 private:
  Task<> run();
  /// One request. False: close the connection.
  Task<bool> serve_one();
  Task<bool> wait_for_bytes();
  Task<bool> read_header();
  Result<void> open(Exchange& exchange);
  Result<void> fill_request(Exchange& exchange);

  Task<Result<void>> read_body(ExchangePtr exchange);
  /// Read a small body nobody wants, so that the connection can go on. False: it is not small.
  Task<bool> discard_body(ExchangePtr exchange);
  /// Next piece of the body into block_; empty result means an error that ended the connection.
  Task<std::optional<std::size_t>> read_block();
  Task<> send_continue(ExchangePtr exchange);

  Task<> run_handler(ExchangePtr exchange);
  Task<> run_upload(ExchangePtr exchange);
  Task<> pump_upload(ExchangePtr exchange, std::shared_ptr<UploadPipe> pipe);
  Task<> wait_done(ExchangePtr exchange);

  Task<bool> refuse(ExchangePtr exchange, Error error);
  Task<bool> answer(ExchangePtr exchange, Reply reply);
  Task<bool> send_text(ExchangePtr exchange, std::string head, std::string_view body);
  Task<bool> send_stream(ExchangePtr exchange, Reply& reply, bool chunked);
  Task<> linger();

  // socket_session.cpp
  Task<bool> serve_socket(ExchangePtr exchange);
  Task<> accept_socket(std::shared_ptr<LiveSocket> live);
  std::shared_ptr<LiveSocket> make_live_socket();

  /// Run on the strand, unless the connection is gone.
  template <class Function>
  static void on_strand(const std::shared_ptr<Connection>& self, Function function) {
    auto task = [weak = std::weak_ptr<Connection>(self), function] {
      if (const auto alive = weak.lock()) function(*alive);
    };
    asio::post(self->executor_, std::move(task));
  }

  ServerState& state_;
  const asio::any_io_executor executor_;
  Stream stream_;
  const std::string peer_;
  const bool is_unix_;
  std::shared_ptr<net::Signal> signal_;  ///< a worker is done, or an upload wants more
  std::shared_ptr<net::Signal> wake_;    ///< a WebSocket has something to write
  asio::steady_timer hurry_timer_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::vector<char> block_;
  std::shared_ptr<LiveSocket> live_;
  std::uint64_t body_bytes_ = 0;  ///< of the current request, read so far
  bool idle_ = false;             ///< between two requests
  bool first_ = true;
};

}  // namespace ava::http
