// The WebSocket a route holds: a bounded queue of text between product threads and the connection. Internal to http/.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "http/websocket.hpp"

namespace ava::http {

/// Thread: as WebSocket; take() to end() belong to the connection.
class LiveSocket : public WebSocket {
 public:
  /// How the connection is reached; each from any thread.
  struct Hooks {
    std::function<void()> wake;   ///< something to write, or to close
    std::function<void()> hurry;  ///< close() was called: cut off if it takes long
    std::function<void()> cut;    ///< close the connection now
  };
  LiveSocket(std::size_t limit_bytes, Hooks hooks);

  bool send(std::string text) override;
  void close() override;
  void abort() override;
  std::size_t queued_bytes() const override;

  /// Next message to write; its bytes count until written() is told of them.
  std::optional<std::string> take();
  /// Calls on_drain when nothing is left.
  void written(std::size_t bytes);
  bool wants_close() const;
  /// The connection is over: refuse sends and call on_close. Idempotent.
  void end();

 private:
  const std::size_t limit_;
  const Hooks hooks_;
  mutable std::mutex mutex_;
  std::deque<std::string> queue_;
  std::size_t bytes_ = 0;
  bool closing_ = false;
  bool ended_ = false;
};

}  // namespace ava::http
