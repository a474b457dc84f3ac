// Who asks: a session cookie (browsers) or a bearer token (CLI, SDK). Runs before every route.
#include "api/routes.hpp"
#include "base/digest.hpp"

namespace ava::api {

namespace {

bool changes_state(http::Method method) { return method != http::Method::kGet && method != http::Method::kHead; }

Result<user::Actor> actor_from(Services& services, const http::Request& request) {
  const std::string authorization = request.headers.get("Authorization");
  if (authorization.starts_with("Bearer ")) return services.tokens.authenticate(authorization.substr(7));
  const auto cookie = request.cookie(kSessionCookie);
  if (!cookie) return Error(ErrorCode::kUnauthenticated, "user.not_logged_in", "log in first");
  if (changes_state(request.method) && !request.is_same_origin())
    return Error(ErrorCode::kPermissionDenied, "user.foreign_origin", "another site's page may not do this");
  AVA_TRY(const auto found, services.sessions.authenticate(*cookie));
  return found.actor;
}

}  // namespace

http::Router::Before authenticate(Services& services) {
  return [&services](http::Request& request, const http::Route& route) -> Result<void> {
    if (route.is_public) return {};
    AVA_TRY(user::Actor actor, actor_from(services, request));
    // A container's token reaches its own training only; those routes ask for the scope themselves.
    // Who still has to change a one-time password may do that, and ask who he is.
    if (route.tag == "session" && !actor.scope_type.empty())
      return Error(ErrorCode::kPermissionDenied, "user.token_scope", "this token reaches its training only");
    if (route.tag != "sdk" && route.tag != "session") AVA_CHECK(user::require_person(actor));
    request.principal = std::move(actor);
    return {};
  };
}

std::function<Result<http::Reply>(http::Request&)> idempotent(
    Services& services, std::function<Result<http::Reply>(http::Request&)> handle) {
  return [&services, handle = std::move(handle)](http::Request& request) -> Result<http::Reply> {
    const std::string* key = request.headers.find("Idempotency-Key");
    if (key == nullptr) return handle(request);
    const user::IdempotentRequest asked{actor_of(request).user.id, *key,
                                        std::string(name_of(request.method)) + " " + request.path,
                                        to_hex(sha256(request.body))};
    AVA_TRY(const auto kept, services.idempotency.begin(asked));
    if (kept) {
      auto again = http::Reply::json_text(kept->response, kept->status);
      again.headers.set("Idempotency-Replayed", "true");
      return again;
    }
    auto answer = handle(request);
    if (!answer.ok()) {
      AVA_CHECK(services.idempotency.abandon(asked));
      return answer;
    }
    AVA_CHECK(services.idempotency.finish(asked, {answer->status, answer->body}));
    return answer;
  };
}

}  // namespace ava::api
