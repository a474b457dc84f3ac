#include "net/listener.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/strand.hpp>
#include <future>
#include <optional>

#include "base/log.hpp"
#include "net/asio.hpp"

namespace ava::net {

namespace {

using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Local = asio::local::stream_protocol;

constexpr int kBacklog = 512;

Error cannot_listen(const Endpoint& endpoint, const error_code& problem) {
  const bool used = problem == asio::error::address_in_use;
  return Error(used ? ErrorCode::kConflict : ErrorCode::kUnavailable, used ? "net.address_in_use" : "net.cannot_listen",
               endpoint.text() + ": " + problem.message())
      .detail("address", endpoint.text());
}

/// Remove a socket file nobody listens on. Never removes anything that is no socket.
void remove_stale(asio::io_context& context, const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return;
  Local::socket probe(context);
  error_code problem;
  probe.connect(Local::endpoint(path), problem);
  if (problem == asio::error::connection_refused) ::unlink(path.c_str());
}

std::string peer_of(const Tcp::socket& socket) {
  error_code problem;
  const auto remote = socket.remote_endpoint(problem);
  if (problem) return "?";
  return Endpoint{remote.address().to_string(), remote.port(), {}}.text();
}

}  // namespace

struct Listener::Impl : std::enable_shared_from_this<Listener::Impl> {
  Impl(asio::io_context& where, Endpoint what, OnAccept function)
      : context(where),
        strand(asio::make_strand(where)),
        pause(strand),
        endpoint(std::move(what)),
        on_accept(std::move(function)) {}

  Result<void> bind() {
    error_code problem;
    if (endpoint.is_unix()) {
      remove_stale(context, endpoint.unix_path);
      local.emplace(strand);
      open(*local, Local::endpoint(endpoint.unix_path), problem);
      if (!problem) ::chmod(endpoint.unix_path.c_str(), 0666);
    } else {
      tcp.emplace(strand);
      const auto address = asio::ip::make_address(endpoint.host, problem);
      if (!problem) open(*tcp, Tcp::endpoint(address, endpoint.port), problem);
      if (!problem) endpoint.port = tcp->local_endpoint(problem).port();
    }
    if (problem) return cannot_listen(endpoint, problem);
    return {};
  }

  template <class Acceptor>
  static void open(Acceptor& acceptor, const typename Acceptor::endpoint_type& at, error_code& problem) {
    acceptor.open(at.protocol(), problem);
    if (!problem && at.protocol().family() != AF_UNIX)
      acceptor.set_option(asio::socket_base::reuse_address(true), problem);
    if (!problem) acceptor.bind(at, problem);
    if (!problem) acceptor.listen(kBacklog, problem);
  }

  void next() {
    auto self = shared_from_this();
    if (tcp) {
      tcp->async_accept(asio::any_io_executor(asio::make_strand(context)),
                        [self](const error_code& problem, Tcp::socket socket) {
                          if (!problem) {
                            error_code ignored;
                            socket.set_option(Tcp::no_delay(true), ignored);
                            const std::string peer = peer_of(socket);
                            self->on_accept(Accepted{Socket(std::move(socket)), peer, false});
                          }
                          self->go_on(problem);
                        });
    } else {
      local->async_accept(asio::any_io_executor(asio::make_strand(context)),
                          [self](const error_code& problem, Local::socket socket) {
                            if (!problem) self->on_accept(Accepted{Socket(std::move(socket)), "unix", true});
                            self->go_on(problem);
                          });
    }
  }

  /// Out of descriptors and the like: wait a little, instead of burning a core.
  void go_on(const error_code& problem) {
    if (closed) return;
    if (!problem) return next();
    log::warn("net", "accept on {}: {}", endpoint.text(), problem.message());
    pause.expires_after(std::chrono::milliseconds(100));
    pause.async_wait([self = shared_from_this()](const error_code&) {
      if (!self->closed) self->next();
    });
  }

  void shut() {
    if (std::exchange(closed, true)) return;
    error_code ignored;
    pause.cancel();
    if (tcp) tcp->close(ignored);
    if (local) local->close(ignored);
  }

  asio::io_context& context;
  asio::strand<asio::io_context::executor_type> strand;
  asio::steady_timer pause;
  Endpoint endpoint;
  OnAccept on_accept;
  std::optional<Tcp::acceptor> tcp;
  std::optional<Local::acceptor> local;
  bool closed = false;
};

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Endpoint& endpoint, OnAccept on_accept) {
  auto impl = std::make_shared<Impl>(loop.impl().context, endpoint, std::move(on_accept));
  AVA_CHECK(impl->bind());
  asio::post(impl->strand, [impl] { impl->next(); });
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

Listener::Listener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::~Listener() { close(); }

void Listener::close() {
  if (std::exchange(close_called_, true)) return;
  if (impl_->endpoint.is_unix()) ::unlink(impl_->endpoint.unix_path.c_str());
  auto done = std::make_shared<std::promise<void>>();
  auto finished = done->get_future();
  asio::post(impl_->strand, [impl = impl_, done] {
    impl->shut();
    done->set_value();
  });
  // A call of on_accept runs on the same strand: once this is done, none is under way.
  while (!impl_->context.stopped() && finished.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) {
  }
}

const Endpoint& Listener::endpoint() const { return impl_->endpoint; }

}  // namespace ava::net
