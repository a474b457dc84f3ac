// A server on a free port and clients that misbehave on purpose, for the tests of http/.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/testing.hpp"
#include "http/client.hpp"
#include "http/server.hpp"

namespace ava::http::testing {

using namespace std::chrono_literals;

/// A TCP connection that sends and receives exactly what it is told.
class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port, int receive_buffer = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~RawSocket() { ::close(fd_); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  bool connected() const { return connected_; }
  /// False when the other side is gone.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void finish() { ::shutdown(fd_, SHUT_WR); }
  /// At least one byte, or empty: closed or too late.
  std::string receive(std::chrono::milliseconds limit = 5s) {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(limit.count())) <= 0) return {};
    std::string block(64u << 10, '\0');
    const ssize_t got = ::recv(fd_, block.data(), block.size(), 0);
    block.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return block;
  }
  std::string receive_until(std::string_view mark, std::chrono::milliseconds limit = 5s) {
    std::string all = std::exchange(kept_, {});
    while (all.find(mark) == all.npos) {
      const std::string more = receive(limit);
      if (more.empty()) return all;
      all += more;
    }
    return all;
  }
  std::string receive_all(std::chrono::milliseconds limit = 5s) {
    std::string all = std::exchange(kept_, {});
    for (std::string more = receive(limit); !more.empty(); more = receive(limit)) all += more;
    return all;
  }
  /// Exactly `count` bytes, or fewer at the end.
  std::string receive_exactly(std::size_t count) {
    while (kept_.size() < count) {
      const std::string more = receive();
      if (more.empty()) break;
      kept_ += more;
    }
    std::string out = kept_.substr(0, count);
    kept_.erase(0, count);
    return out;
  }

 private:
  int fd_;
  bool connected_ = false;
  std::string kept_;
};

/// A WebSocket client of fifty lines: handshake, masked text frames, answers to pings.
class RawWebSocket {
 public:
  explicit RawWebSocket(std::uint16_t port, std::string_view path, int receive_buffer = 0)
      : raw_(port, receive_buffer) {
    raw_.send("GET " + std::string(path) +
              " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    while (head_.size() < 4 || head_.compare(head_.size() - 4, 4, "\r\n\r\n") != 0) {
      const std::string next = raw_.receive_exactly(1);
      if (next.empty()) return;
      head_ += next;
    }
  }
  const std::string& head() const { return head_; }
  bool send(std::string_view text) { return frame(0x1, text); }
  bool ping() { return frame(0x9, "p"); }
  /// Next text message; nothing when the server closed. Pings are answered.
  std::optional<std::string> receive() {
    while (true) {
      const std::string start = raw_.receive_exactly(2);
      if (start.size() < 2) return std::nullopt;
      std::size_t length = static_cast<unsigned char>(start[1]) & 0x7f;
      if (length >= 126) {
        const std::string more = raw_.receive_exactly(length == 126 ? 2 : 8);
        length = 0;
        for (const char c : more) length = length << 8 | static_cast<unsigned char>(c);
      }
      std::string body = raw_.receive_exactly(length);
      const int opcode = start[0] & 0xf;
      if (opcode == 0x1) return body;
      if (opcode == 0x9) frame(0xA, body);
      if (opcode == 0x8) {
        close_body_ = body;
        frame(0x8, body);
        raw_.finish();
        return std::nullopt;
      }
    }
  }
  RawSocket& raw() { return raw_; }
  int close_code() const {
    return close_body_.size() < 2
               ? 0
               : static_cast<unsigned char>(close_body_[0]) << 8 | static_cast<unsigned char>(close_body_[1]);
  }

 private:
  bool frame(int opcode, std::string_view body) {
    std::string out;
    out += static_cast<char>(0x80 | opcode);
    if (body.size() < 126) {
      out += static_cast<char>(0x80 | body.size());
    } else {
      out += static_cast<char>(0x80 | 126);
      out += static_cast<char>(body.size() >> 8);
      out += static_cast<char>(body.size() & 0xff);
    }
    out += std::string(4, '\0');  // a mask of zeros changes nothing
    out += body;
    return raw_.send(out);
  }

  RawSocket raw_;
  std::string head_;
  std::string close_body_;
};

/// Router and server; add routes, then serve().
class World {
 public:
  World() { options.listen = {"127.0.0.1:0"}; }

  void get(std::string pattern, std::function<Result<Reply>(Request&)> handle) {
    add(Method::kGet, std::move(pattern), std::move(handle));
  }
  void post(std::string pattern, std::function<Result<Reply>(Request&)> handle) {
    add(Method::kPost, std::move(pattern), std::move(handle));
  }
  void upload(std::string pattern, std::function<Result<Reply>(Request&)> handle) {
    Route route{.method = Method::kPost, .pattern = std::move(pattern), .handle = std::move(handle)};
    route.is_upload = true;
    router.add(std::move(route));
  }
  void socket(std::string pattern, std::function<Result<void>(Request&, const std::shared_ptr<WebSocket>&)> open) {
    Route route{.method = Method::kGet, .pattern = std::move(pattern)};
    route.is_websocket = true;
    route.on_socket = std::move(open);
    router.add(std::move(route));
  }
  void serve() {
    auto started = Server::start(options, router);
    ASSERT_TRUE(started.ok()) << started.error().text();
    server = std::move(started).value();
  }
  Client client() const {
    ClientOptions to;
    to.server = "http://127.0.0.1:" + std::to_string(server->port());
    return Client(to);
  }
  std::string raw(std::string_view bytes) const {
    RawSocket socket(server->port());
    socket.send(bytes);
    return socket.receive_all();
  }

  ServerOptions options;
  Router router;
  std::unique_ptr<Server> server;

 private:
  void add(Method method, std::string pattern, std::function<Result<Reply>(Request&)> handle) {
    router.add(Route{.method = method, .pattern = std::move(pattern), .handle = std::move(handle)});
  }
};

}  // namespace ava::http::testing
