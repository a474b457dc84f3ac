// The HTTP/1.1 and WebSocket server: TCP and unix sockets in front, a Router behind, worker pools between.
// Everything is bounded: connections, header and body bytes, queued requests, time. Beast stays in the .cpp files.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "http/router.hpp"

namespace ava::http {

struct ServerOptions {
  /// "127.0.0.1:8080", "[::1]:0", "unix:/run/ava/server.sock"; port 0 picks a free one.
  std::vector<std::string> listen;
  std::size_t io_threads = 2;
  std::size_t workers = 8;            ///< run handlers
  std::size_t queued_requests = 256;  ///< more: 503 `http.overloaded` at once
  std::size_t upload_workers = 8;     ///< one per upload in progress
  std::size_t queued_uploads = 16;
  std::size_t max_connections = 1024;  ///< further ones are closed at once
  std::size_t header_limit_bytes = 16u << 10;
  std::uint64_t upload_limit_bytes = 1ull << 40;
  std::size_t stream_buffer_bytes = 256u << 10;       ///< memory per upload or download in progress
  std::chrono::milliseconds header_deadline{15'000};  ///< from the first byte to the end of the header
  std::chrono::milliseconds body_deadline{60'000};    ///< for a whole JSON body
  std::chrono::milliseconds stall_deadline{30'000};   ///< without progress, while a stream is read or written
  std::chrono::milliseconds idle_deadline{75'000};    ///< between requests of a connection
  std::chrono::milliseconds ping_interval{20'000};
  std::size_t socket_queue_limit_bytes = 1u << 20;     ///< WebSocket::send
  std::size_t socket_message_limit_bytes = 64u << 10;  ///< from the client
  /// After each answer, on an internal thread: for the access log and counters.
  std::function<void(const Request&, int status, std::uint64_t bytes, std::chrono::microseconds)> on_finished;
};

/// Thread: start() and stop() from one thread. Lifetime: the Router must outlive it; the destructor stops at once.
class Server {
 public:
  /// Bind and serve. Errors: `net.address_in_use`, `net.bad_address`, `net.cannot_listen`.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, const Router& router);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Accept no more, end idle connections and WebSockets, finish what is in progress, cut off what is left after
  /// `deadline`. Returns true when nothing had to be cut off.
  bool stop(std::chrono::milliseconds deadline);
  /// TCP port of the first TCP listener, 0 when there is none.
  std::uint16_t port() const;
  std::size_t connections() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ava::http
