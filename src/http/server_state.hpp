// What the server and its connections share: options, routes, worker pools and the list of open connections.
// Internal to http/: nothing outside includes it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <unordered_map>

#include "base/thread_pool.hpp"
#include "http/router.hpp"
#include "http/server.hpp"

namespace ava::net {
struct Accepted;
}

namespace ava::http {

/// One open connection. Thread: any.
class Peer {
 public:
  virtual ~Peer() = default;
  /// End when what is in progress is answered.
  virtual void finish() = 0;
  /// Close the socket now.
  virtual void abort() = 0;
};

/// Thread: any. A connection enters when accepted and leaves as its last act.
struct ServerState {
  ServerState(ServerOptions chosen, const Router& routes);

  /// False: stopping, or as many as allowed are open.
  bool enter(const std::shared_ptr<Peer>& peer);
  void leave(const Peer* peer);
  std::size_t count() const;
  /// Wait until nobody is connected.
  bool wait_empty(std::chrono::milliseconds limit);
  void for_each(void (Peer::*act)());

  const ServerOptions options;
  const Router& router;
  std::atomic<bool> stopping = false;
  std::stop_source stop;
  mutable std::mutex mutex;
  std::condition_variable empty;
  std::unordered_map<const Peer*, std::weak_ptr<Peer>> peers;
  ThreadPool workers;  ///< handlers
  ThreadPool uploads;  ///< handlers that read a streamed body
  ThreadPool streams;  ///< reads of streamed answers
};

/// Start to serve a connection (connection.cpp).
void serve(ServerState& state, net::Accepted accepted);

}  // namespace ava::http
