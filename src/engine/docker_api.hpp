// The Docker Engine API (v1.40) over a unix socket, as Docker and Podman both speak it: calls with a deadline and
// streams that a stop token ends. Knows sockets and deadlines, not containers.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ava::engine {

struct ApiReply {
  int status = 0;
  std::string body;
  bool podman = false;  ///< the server says that it is Podman
  bool ok() const { return status >= 200 && status < 300; }
  /// The engine's own sentence of a failed answer.
  std::string message() const;
};

/// Thread: any. The first socket that answers is kept for this object's life, so that a job is not looked for in
/// another engine than the one it was started on.
/// Errors: `engine.unavailable` when no socket answers, the connection breaks or the deadline passes.
class DockerApi {
 public:
  /// Empty: AVA_ENGINE_SOCKET, else the places where Podman and Docker listen.
  explicit DockerApi(const std::string& socket);

  /// `path` begins behind the version: "/containers/json?all=1". A status of 400 and above is no error.
  Result<ApiReply> call(std::string_view method, std::string_view path, std::string_view body = {},
                        std::chrono::seconds deadline = kDeadline);
  /// Body of a 2xx answer piece by piece, without a limit in time; an error of `sink` and `stop` end it (the latter
  /// within a second). Errors: also `engine.cancelled`.
  using Sink = std::function<Result<void>(std::string_view)>;
  Result<ApiReply> stream(std::string_view path, const Sink& sink, const std::stop_token& stop);
  /// The socket in use, or the ones that would be tried.
  std::string where() const;

  static constexpr std::chrono::seconds kDeadline{30};

 private:
  std::vector<std::string> candidates() const;
  void keep(const std::string& socket);
  mutable std::mutex mutex_;
  std::vector<std::string> sockets_;
};

}  // namespace ava::engine
