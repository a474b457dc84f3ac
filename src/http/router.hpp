// The table of routes: which function answers which method and path, and what the API description says about it.
// Knows no socket: a Router can be asked in a test without a server.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/http.hpp"
#include "http/websocket.hpp"

namespace ava::http {

/// A query parameter, for the API description.
struct QueryDoc {
  std::string name;
  std::string description;
};

/// One operation. `pattern` is "/api/v1/datasets/{id}"; {x} stands for one whole segment.
/// Example: router.add({.method = Method::kGet, .pattern = "/healthz", .name = "healthz", .is_public = true,
///                      .handle = [](Request&) -> Result<Reply> { return Reply::text("ok\n"); }});
struct Route {
  Method method = Method::kGet;
  std::string pattern;
  std::string name;        ///< operationId, e.g. "listDatasets"
  std::string summary;     ///< one line
  std::string tag;         ///< noun, e.g. "datasets"
  bool is_public = false;  ///< for the `before` hook: no login needed
  bool is_upload = false;  ///< body is streamed: Request::upload; runs in the upload pool
  bool is_websocket = false;
  std::size_t body_limit_bytes = 1u << 20;  ///< not for uploads, which have ServerOptions::upload_limit_bytes
  std::vector<QueryDoc> query;
  /// JSON Schema of a body; named structs go to `components`, as schema::schema_of<T> does.
  using SchemaOf = std::function<nlohmann::json(nlohmann::json* components)>;
  SchemaOf body_schema;   ///< empty: no JSON body
  SchemaOf reply_schema;  ///< empty: no JSON answer
  int reply_status = 200;
  std::function<Result<Reply>(Request&)> handle;
  /// WebSocket routes, instead of `handle`: set the callbacks, keep the pointer. An error is sent as a problem reply.
  std::function<Result<void>(Request&, const std::shared_ptr<WebSocket>&)> on_socket;
};

/// Thread: add() and hooks before serving; everything const from any thread after.
class Router {
 public:
  using Before = std::function<Result<void>(Request&, const Route&)>;
  using Fallback = std::function<Result<Reply>(Request&)>;

  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  /// Ends the program on a pattern that is already taken or malformed: a programming error.
  void add(Route route);
  /// Runs on the worker thread before every route's function; its error is the answer. Fills Request::principal.
  void set_before(Before hook);
  /// Answers GET and HEAD of paths that no route has and that do not start with /api/ (the web UI).
  void set_fallback(Fallback fallback);

  /// In the order they were added.
  std::vector<const Route*> routes() const;

  struct Match {
    const Route* route = nullptr;  ///< null: the fallback
    std::map<std::string, std::string> params;
  };
  /// HEAD finds the GET route. Errors: `http.no_route`, `http.method_not_allowed` (detail "allow").
  Result<Match> find(Method method, std::string_view path) const;
  /// Hook, then function. An exception that escapes a handler becomes `http.internal`.
  Result<Reply> call(const Match& match, Request& request) const;
  /// The same for a WebSocket route: hook, then on_socket. The socket's principal is set in between.
  Result<void> open(const Match& match, Request& request, const std::shared_ptr<WebSocket>& socket) const;

 private:
  Result<void> admit(const Match& match, Request& request) const;

  struct Table;
  std::unique_ptr<Table> table_;
};

/// A request target "/a%20b/c?x=1&y=2" in parts.
struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
};
/// Decode. Errors: `http.bad_target` for a broken escape, a control character, bad UTF-8, "." or ".." segments.
Result<Target> parse_target(std::string_view target);

}  // namespace ava::http
