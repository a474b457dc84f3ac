// One open WebSocket as the product sees it: send text, hear text, close. The server pings and keeps the limits.
#pragma once

#include <any>
#include <cstddef>
#include <functional>
#include <string>

namespace ava::http {

/// Thread: send(), close() and queued_bytes() from any thread. The callbacks are set in the route's on_socket, before
/// it returns; each runs on one thread at a time, in order, and must not block for long.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  /// Queue one text message. False: closed, or the queue has no room (limit in bytes); nothing was queued.
  virtual bool send(std::string text) = 0;
  /// Send what is queued, then a close frame; an unresponsive client is cut off after a few seconds.
  virtual void close() = 0;
  /// Cut off now, for a client that does not read.
  virtual void abort() = 0;
  /// Bytes accepted by send() and not yet handed to the system.
  virtual std::size_t queued_bytes() const = 0;

  std::function<void(std::string)> on_message;
  /// The queue has run empty after send() filled it.
  std::function<void()> on_drain;
  /// Called exactly once, last.
  std::function<void()> on_close;
  std::any principal;  ///< copied from the request that opened it
};

}  // namespace ava::http
