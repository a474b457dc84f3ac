// Live topics: a noun publishes, every subscribed WebSocket gets {"type","topic","seq","data"}.
// A client that reads too slowly loses intermediate `metrics` (the next one says how many) or, for anything else, its
// connection: then it reconnects and fetches anew.
#pragma once

#include <any>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/websocket.hpp"

namespace ava::http {

struct TopicOptions {
  /// May this principal hear this topic? Called when a client subscribes. Empty: everybody may.
  std::function<bool(std::string_view topic, const std::any& principal)> may_subscribe;
  std::size_t topics_per_client = 256;
  /// Above this many unsent bytes a client's `metrics` messages are dropped to the latest.
  std::size_t metrics_backlog_bytes = 64u << 10;
};

/// Client to server: {"op":"subscribe"|"unsubscribe","topics":[...]}. Answers: type "subscribed" (data {}; seq is that
/// of the last message before), type "error" (data {slug, detail}). seq counts per topic while it has a subscriber.
/// Thread: all of it, from any thread. Lifetime: may end before its sockets.
class TopicHub {
 public:
  explicit TopicHub(TopicOptions options = {});
  ~TopicHub();
  TopicHub(const TopicHub&) = delete;
  TopicHub& operator=(const TopicHub&) = delete;

  /// Serve this socket; called in a WebSocket route's on_socket. Takes over the socket's callbacks.
  void attach(const std::shared_ptr<WebSocket>& socket);
  /// Send to whoever listens. `data` is JSON text. For type "metrics" it must be an object: `"dropped":n` is put in.
  void publish(std::string_view topic, std::string_view type, std::string_view data);
  /// Does anybody listen? Lets a publisher save the work of making `data`.
  bool has_subscribers(std::string_view topic) const;
  std::size_t clients() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace ava::http
