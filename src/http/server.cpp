#include "http/server.hpp"

#include "base/log.hpp"
#include "http/server_state.hpp"
#include "net/asio.hpp"
#include "net/endpoint.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"

namespace ava::http {

ServerState::ServerState(ServerOptions chosen, const Router& routes)
    : options(std::move(chosen)),
      router(routes),
      workers("http-worker", options.workers, options.queued_requests),
      uploads("http-upload", options.upload_workers, options.queued_uploads),
      streams("http-stream", 2 + options.workers / 4, options.max_connections + 1) {}

bool ServerState::enter(const std::shared_ptr<Peer>& peer) {
  const std::lock_guard lock(mutex);
  if (stopping || peers.size() >= options.max_connections) return false;
  peers[peer.get()] = peer;
  return true;
}

void ServerState::leave(const Peer* peer) {
  const std::lock_guard lock(mutex);
  peers.erase(peer);
  if (peers.empty()) empty.notify_all();
}

std::size_t ServerState::count() const {
  const std::lock_guard lock(mutex);
  return peers.size();
}

bool ServerState::wait_empty(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex);
  return empty.wait_for(lock, limit, [&] { return peers.empty(); });
}

void ServerState::for_each(void (Peer::*act)()) {
  std::vector<std::shared_ptr<Peer>> alive;
  {
    const std::lock_guard lock(mutex);
    for (const auto& [key, weak] : peers)
      if (auto peer = weak.lock()) alive.push_back(std::move(peer));
  }
  for (const auto& peer : alive) ((*peer).*act)();
}

/// The loop is made first and ends last: workers wake connections through it.
struct Server::Impl {
  Impl(ServerOptions options, const Router& router) : loop(options.io_threads), state(std::move(options), router) {}

  Result<void> listen() {
    for (const std::string& text : state.options.listen) {
      AVA_TRY(const auto endpoint, net::Endpoint::parse(text));
      auto accept = [this](net::Accepted accepted) { serve(state, std::move(accepted)); };
      AVA_TRY(auto listener, net::Listener::open(loop, endpoint, accept));
      log::info("http", "listening on {}", listener->endpoint().text());
      listeners.push_back(std::move(listener));
    }
    return {};
  }

  net::Loop loop;
  ServerState state;
  std::vector<std::unique_ptr<net::Listener>> listeners;
};

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, const Router& router) {
  auto impl = std::make_unique<Impl>(std::move(options), router);
  Result<void> listening = impl->listen();
  auto server = std::unique_ptr<Server>(new Server(std::move(impl)));
  AVA_CHECK(std::move(listening));
  return server;
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { stop(std::chrono::milliseconds(0)); }

bool Server::stop(std::chrono::milliseconds deadline) {
  ServerState& state = impl_->state;
  for (const auto& listener : impl_->listeners) listener->close();
  {
    const std::lock_guard lock(state.mutex);
    state.stopping = true;
  }
  state.for_each(&Peer::finish);
  const bool clean = state.wait_empty(deadline);
  if (clean) return true;
  state.stop.request_stop();
  // A handler that is still running is waited for: it must honour Request::stop.
  do {
    state.for_each(&Peer::abort);
  } while (!state.wait_empty(std::chrono::milliseconds(200)));
  return false;
}

std::uint16_t Server::port() const {
  for (const auto& listener : impl_->listeners)
    if (!listener->endpoint().is_unix()) return listener->endpoint().port;
  return 0;
}

std::size_t Server::connections() const { return impl_->state.count(); }

}  // namespace ava::http
