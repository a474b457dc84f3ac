// For tests: a web server of a few lines whose answers are written by hand, byte by byte, mistakes included.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ava::remote::testing {

/// What came in: "GET /path HTTP/1.1", the header lines, the body.
struct Asked {
  std::string line;
  std::string head;
  std::string body;
  bool says(std::string_view text) const { return head.find(text) != std::string::npos; }
};

/// Answers each connection's one request with what `answer` returns, byte by byte, then closes it. Thread: answers one
/// connection at a time. Lifetime: stops in the destructor.
class TinyServer {
 public:
  using Answer = std::function<std::string(const Asked&, int number)>;  ///< `number` counts requests from 0

  explicit TinyServer(Answer answer) : answer_(std::move(answer)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(socket_, 64);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~TinyServer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  TinyServer(const TinyServer&) = delete;
  TinyServer& operator=(const TinyServer&) = delete;

  std::string url(const std::string& path = "") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  std::vector<Asked> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void serve() {
    for (int connection = 0; (connection = ::accept(socket_, nullptr, nullptr)) >= 0; ::close(connection)) {
      const Asked one = read_request(connection);
      if (one.line.empty()) continue;
      int number = 0;
      {
        const std::lock_guard lock(mutex_);
        number = static_cast<int>(asked_.size());
        asked_.push_back(one);
      }
      const std::string reply = answer_(one, number);
      for (std::size_t at = 0; at < reply.size();) {
        const ssize_t put = ::send(connection, reply.data() + at, reply.size() - at, MSG_NOSIGNAL);
        if (put <= 0) break;
        at += static_cast<std::size_t>(put);
      }
    }
  }
  static Asked read_request(int connection) {
    std::string text;
    char block[4096];
    std::size_t end = std::string::npos;
    std::size_t wanted = 0;
    while (end == std::string::npos || text.size() < end + 4 + wanted) {
      const ssize_t got = ::recv(connection, block, sizeof block, 0);
      if (got <= 0) break;
      text.append(block, static_cast<std::size_t>(got));
      if (end != std::string::npos || (end = text.find("\r\n\r\n")) == std::string::npos) continue;
      const auto length = text.find("Content-Length: ");
      if (length < end) wanted = std::stoul(text.substr(length + 16));
    }
    if (end == std::string::npos) return {};
    return {text.substr(0, text.find("\r\n")), text.substr(0, end), text.substr(end + 4)};
  }

  Answer answer_;
  int socket_;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Asked> asked_;
  std::thread thread_;
};

/// A whole answer.
inline std::string reply(int status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n" + headers + "\r\n" + body;
}

}  // namespace ava::remote::testing
