#include "engine/docker_api.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <span>

#include "http/client.hpp"

namespace ava::engine {
namespace {

constexpr std::string_view kVersion = "/v1.40";
constexpr std::chrono::seconds kConnectDeadline{5};

http::Client client_of(const std::string& socket) {
  http::ClientOptions options;
  options.server = "unix:" + socket;
  options.connect_deadline = kConnectDeadline;
  return http::Client(std::move(options));
}

http::Method method_of(std::string_view name) {
  if (name == "POST") return http::Method::kPost;
  return name == "DELETE" ? http::Method::kDelete : http::Method::kGet;
}

ApiReply reply_of(http::ClientReply reply) {
  return {.status = reply.status, .body = std::move(reply.body), .podman = reply.headers.has("Libpod-API-Version")};
}

/// Whatever kept HTTP from answering is the same to a caller: there is no engine now.
Error unavailable(const std::string& socket, const Error& why) {
  return Error(ErrorCode::kUnavailable, "engine.unavailable",
               "the container engine at " + socket + " does not answer: " + why.message())
      .hint("start it (systemctl start podman.socket), or name its socket in AVA_ENGINE_SOCKET")
      .detail("socket", socket);
}

bool is_socket(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string ApiReply::message() const {
  const auto said = nlohmann::json::parse(body, nullptr, false);
  if (said.is_object() && said.contains("message") && said["message"].is_string()) return said["message"];
  return body.empty() ? "status " + std::to_string(status) : body.substr(0, 500);
}

DockerApi::DockerApi(const std::string& socket) {
  std::string named = socket.empty() ? environment("AVA_ENGINE_SOCKET") : socket;
  for (const std::string_view prefix : {"unix://", "unix:"})
    if (named.rfind(prefix, 0) == 0) named.erase(0, prefix.size());
  if (!named.empty()) {
    sockets_ = {named};
    return;
  }
  sockets_ = {"/run/podman/podman.sock"};
  if (const std::string runtime = environment("XDG_RUNTIME_DIR"); !runtime.empty())
    sockets_.push_back(runtime + "/podman/podman.sock");
  sockets_.push_back("/var/run/docker.sock");
}

std::vector<std::string> DockerApi::candidates() const {
  const std::lock_guard lock(mutex_);
  return sockets_;
}

void DockerApi::keep(const std::string& socket) {
  const std::lock_guard lock(mutex_);
  if (sockets_.size() > 1) sockets_ = {socket};
}

std::string DockerApi::where() const {
  std::string text;
  for (const std::string& socket : candidates()) text += (text.empty() ? "" : ", ") + socket;
  return text;
}

Result<ApiReply> DockerApi::call(std::string_view method, std::string_view path, std::string_view body,
                                 std::chrono::seconds deadline) {
  http::ClientRequest request;
  request.method = method_of(method);
  request.target = std::string(kVersion) + std::string(path);
  request.body = body;
  request.deadline = deadline;
  Error last(ErrorCode::kUnavailable, "engine.unavailable", "no container engine listens at " + where());
  last = std::move(last).hint("install podman and start podman.socket, or name a socket in AVA_ENGINE_SOCKET");
  for (const std::string& socket : candidates()) {
    if (!is_socket(socket)) continue;
    auto reply = client_of(socket).send(request);
    if (reply.ok()) {
      keep(socket);
      return reply_of(*std::move(reply));
    }
    last = unavailable(socket, reply.error());
    if (reply.error().slug() != "http.unreachable") break;
  }
  return last;
}

Result<ApiReply> DockerApi::stream(std::string_view path, const Sink& sink, const std::stop_token& stop) {
  const std::string socket = candidates().front();
  Result<void> taken;
  http::ClientRequest request;
  request.target = std::string(kVersion) + std::string(path);
  request.deadline = std::chrono::milliseconds(0);
  request.stop = stop;
  request.download = [&](std::span<const char> bytes) {
    taken = sink(std::string_view(bytes.data(), bytes.size()));
    return taken;
  };
  auto reply = client_of(socket).send(request);
  if (reply.ok()) return reply_of(*std::move(reply));
  if (!taken.ok()) return taken.error();
  if (stop.stop_requested()) return Error(ErrorCode::kCancelled, "engine.cancelled", "no longer wanted");
  return unavailable(socket, reply.error());
}

}  // namespace ava::engine
