// A synchronous HTTP client on libcurl: TCP and unix sockets, deadlines, bounded answers, streamed bodies both ways.
// Used by the CLI against an AVA server and by engine drivers against the Docker API.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/http.hpp"

namespace ava::http {

/// Where a server is: "http://127.0.0.1:8080", "https://host/base", "unix:/run/ava/server.sock",
/// "unix:///run/ava/server.sock".
struct ClientOptions {
  std::string server;
  Headers headers;  ///< sent with every request (Authorization, ...)
  std::chrono::milliseconds connect_deadline{10'000};
  std::chrono::milliseconds deadline{60'000};        ///< whole request without a stream
  std::chrono::milliseconds stall_deadline{60'000};  ///< streams: no byte either way for so long
  std::uint64_t answer_limit_bytes = 64u << 20;
  std::size_t header_limit_bytes = 64u << 10;
};

struct ClientRequest {
  Method method = Method::kGet;
  std::string target;  ///< "/api/v1/info?x=1", encoded
  Headers headers;
  std::string body;
  ByteSource* upload = nullptr;               ///< instead of body
  std::optional<std::uint64_t> upload_bytes;  ///< unknown: chunked
  /// Gets the body of a 2xx answer piece by piece instead of ClientReply::body; an error ends the request.
  std::function<Result<void>(std::span<const char>)> download;
  std::optional<std::chrono::milliseconds> deadline;  ///< instead of the client's; zero: none (log following)
  std::stop_token stop;
};

struct ClientReply {
  int status = 0;
  Headers headers;
  std::string body;
  bool ok() const { return status >= 200 && status < 300; }
};

/// Keeps its connection between requests. Thread: not thread-safe; make one per thread.
/// Errors of send(): `http.unreachable`, `http.timeout`, `http.broken` (connection lost midway, no HTTP),
/// `http.answer_too_large`, `http.bad_address`, `http.cancelled`, and those of `upload` and `download`.
/// A status of 400 and above is no error here: see expect().
class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  Result<ClientReply> send(const ClientRequest& request);
  Result<ClientReply> get(std::string_view target);
  /// send(), and a status of 400 and above as the Error that the problem+json tells.
  Result<ClientReply> expect(const ClientRequest& request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The Error in a failed answer: slug, detail, hint, pointer and context of problem+json, else `http.status`
/// with detail "status".
Error error_of(const ClientReply& reply);

}  // namespace ava::http
