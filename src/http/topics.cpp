#include "http/topics.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>
#include <vector>

namespace ava::http {

namespace {

using nlohmann::json;

std::string envelope(std::string_view type, std::string_view topic, std::uint64_t seq, std::string_view data) {
  std::string out = R"({"type":)";
  out += json(type).dump();
  out += R"(,"topic":)";
  out += json(topic).dump();
  out += R"(,"seq":)";
  out += std::to_string(seq);
  out += R"(,"data":)";
  out += data;
  out += '}';
  return out;
}

/// Put `"dropped":n` into the text of a JSON object.
std::string with_dropped(std::string_view object, std::uint64_t dropped) {
  const auto end = object.rfind('}');
  if (dropped == 0 || end == object.npos) return std::string(object);
  const auto last = object.find_last_not_of(" \t\r\n", end - 1);
  const bool is_empty = last != object.npos && object[last] == '{';
  std::string out(object.substr(0, end));
  out += (is_empty ? R"("dropped":)" : R"(,"dropped":)") + std::to_string(dropped) + "}";
  return out;
}

/// A `metrics` message that waits until its client has caught up.
struct Held {
  std::uint64_t seq = 0;
  std::string data;
  std::uint64_t dropped = 0;
};

struct ClientState {
  std::shared_ptr<WebSocket> socket;
  std::set<std::string, std::less<>> topics;
  std::map<std::string, Held, std::less<>> held;
};

struct TopicState {
  std::uint64_t seq = 0;
  std::vector<WebSocket*> clients;
};

}  // namespace

/// Under the mutex a socket is only asked to queue (send, queued_bytes), which calls nothing back.
struct TopicHub::Impl {
  explicit Impl(TopicOptions chosen) : options(std::move(chosen)) {}

  /// Queues under the lock, so that a client gets messages in the order of seq; slow clients are cut off after it.
  void publish(std::string_view topic, std::string_view type, std::string_view data) {
    std::vector<std::shared_ptr<WebSocket>> slow;
    {
      const std::lock_guard lock(mutex);
      const auto found = topics.find(std::string(topic));
      if (found == topics.end()) return;
      const std::uint64_t seq = ++found->second.seq;
      const std::string text = envelope(type, topic, seq, data);
      for (WebSocket* key : found->second.clients) {
        ClientState& client = clients.at(key);
        const bool can_wait = type == "metrics";
        if (can_wait && hold(client, topic, seq, data)) continue;
        if (!can_wait) release(client, topic);
        if (!client.socket->send(text) && !can_wait) slow.push_back(client.socket);
      }
    }
    for (const auto& socket : slow) socket->abort();
  }

  /// True when the client is behind: the message replaces the one that waits.
  bool hold(ClientState& client, std::string_view topic, std::uint64_t seq, std::string_view data) const {
    const auto waiting = client.held.find(topic);
    if (waiting != client.held.end()) {
      waiting->second = Held{seq, std::string(data), waiting->second.dropped + 1};
      return true;
    }
    if (client.socket->queued_bytes() < options.metrics_backlog_bytes) return false;
    client.held.emplace(topic, Held{seq, std::string(data), 0});
    return true;
  }

  /// Send what waits on this topic, before something later overtakes it.
  static void release(ClientState& client, std::string_view topic) {
    const auto waiting = client.held.find(topic);
    if (waiting == client.held.end()) return;
    const Held held = std::move(waiting->second);
    client.held.erase(waiting);
    client.socket->send(envelope("metrics", topic, held.seq, with_dropped(held.data, held.dropped)));
  }

  void flush(WebSocket* key) {
    const std::lock_guard lock(mutex);
    const auto found = clients.find(key);
    if (found == clients.end()) return;
    while (!found->second.held.empty()) release(found->second, std::string(found->second.held.begin()->first));
  }

  void leave(WebSocket* key) {
    std::shared_ptr<WebSocket> last;  // may be the one that keeps it alive
    const std::lock_guard lock(mutex);
    const auto found = clients.find(key);
    if (found == clients.end()) return;
    for (const std::string& topic : found->second.topics) forget(topic, key);
    last = std::move(found->second.socket);
    clients.erase(found);
  }

  void forget(const std::string& topic, WebSocket* key) {
    const auto found = topics.find(topic);
    if (found == topics.end()) return;
    std::erase(found->second.clients, key);
    if (found->second.clients.empty()) topics.erase(found);
  }

  void hear(WebSocket* key, const std::string& text) {
    std::shared_ptr<WebSocket> socket;
    {
      const std::lock_guard lock(mutex);
      const auto found = clients.find(key);
      if (found == clients.end()) return;
      socket = found->second.socket;
    }
    const json message = json::parse(text, nullptr, false);
    const bool is_object = message.is_object() && message.contains("op") && message.contains("topics");
    if (!is_object || !message["op"].is_string() || !message["topics"].is_array())
      return complain(*socket, "", "live.bad_message", "expected {\"op\":..., \"topics\":[...]}");
    const std::string op = message["op"];
    if (op != "subscribe" && op != "unsubscribe")
      return complain(*socket, "", "live.bad_message", "op must be subscribe or unsubscribe");
    for (const json& topic : message["topics"]) {
      if (!topic.is_string() || topic.get_ref<const std::string&>().size() > 128)
        return complain(*socket, "", "live.bad_message", "a topic is a text of at most 128 bytes");
      if (op == "subscribe") {
        subscribe(*socket, topic);
      } else {
        unsubscribe(key, topic);
      }
    }
  }

  void subscribe(WebSocket& socket, const std::string& topic) {
    if (options.may_subscribe && !options.may_subscribe(topic, socket.principal))
      return complain(socket, topic, "live.topic_not_allowed", "there is no such topic for you");
    const std::lock_guard lock(mutex);
    const auto found = clients.find(&socket);
    if (found == clients.end()) return;
    ClientState& client = found->second;
    if (client.topics.size() >= options.topics_per_client && !client.topics.contains(topic))
      return complain(socket, topic, "live.too_many_topics", "unsubscribe from other topics first");
    TopicState& state = topics[topic];
    if (client.topics.insert(topic).second) state.clients.push_back(&socket);
    socket.send(envelope("subscribed", topic, state.seq, "{}"));
  }

  void unsubscribe(WebSocket* key, const std::string& topic) {
    const std::lock_guard lock(mutex);
    const auto found = clients.find(key);
    if (found == clients.end() || found->second.topics.erase(topic) == 0) return;
    found->second.held.erase(topic);
    forget(topic, key);
  }

  static void complain(WebSocket& socket, std::string_view topic, std::string_view slug, std::string_view detail) {
    socket.send(envelope("error", topic, 0, json{{"slug", slug}, {"detail", detail}}.dump()));
  }

  const TopicOptions options;
  mutable std::mutex mutex;
  std::unordered_map<WebSocket*, ClientState> clients;
  std::unordered_map<std::string, TopicState> topics;
};

TopicHub::TopicHub(TopicOptions options) : impl_(std::make_shared<Impl>(std::move(options))) {}

TopicHub::~TopicHub() {
  std::vector<std::shared_ptr<WebSocket>> open;
  {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& [key, client] : impl_->clients) open.push_back(client.socket);
    impl_->clients.clear();
    impl_->topics.clear();
  }
  for (const auto& socket : open) socket->close();
}

void TopicHub::attach(const std::shared_ptr<WebSocket>& socket) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->clients[socket.get()].socket = socket;
  }
  const std::weak_ptr<Impl> weak = impl_;
  WebSocket* key = socket.get();
  socket->on_message = [weak, key](const std::string& text) {
    if (const auto hub = weak.lock()) hub->hear(key, text);
  };
  socket->on_drain = [weak, key] {
    if (const auto hub = weak.lock()) hub->flush(key);
  };
  socket->on_close = [weak, key] {
    if (const auto hub = weak.lock()) hub->leave(key);
  };
}

void TopicHub::publish(std::string_view topic, std::string_view type, std::string_view data) {
  impl_->publish(topic, type, data);
}

bool TopicHub::has_subscribers(std::string_view topic) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->topics.contains(std::string(topic));
}

std::size_t TopicHub::clients() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->clients.size();
}

}  // namespace ava::http
