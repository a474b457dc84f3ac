// Accepts connections on a TCP address or a unix socket and hands each to a function.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "net/endpoint.hpp"
#include "net/loop.hpp"

namespace ava::net {

struct Accepted;  // net/asio.hpp

/// Thread: close() and the destructor from one thread that is none of the loop's; the function runs on loop threads,
/// one call at a time. Lifetime: after close() no call of the function is under way or starts.
class Listener {
 public:
  using OnAccept = std::function<void(Accepted)>;
  /// A unix socket file left by a dead process is replaced; its folder decides who may reach it.
  /// Errors: `net.address_in_use`, `net.cannot_listen`.
  static Result<std::unique_ptr<Listener>> open(Loop& loop, const Endpoint& endpoint, OnAccept on_accept);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Accept no more; removes the socket file.
  void close();
  /// As bound: with the port the system picked.
  const Endpoint& endpoint() const;

 private:
  struct Impl;
  explicit Listener(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
  bool close_called_ = false;
};

}  // namespace ava::net
