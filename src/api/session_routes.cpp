// Log in, log out, who am I, change my password.
#include "api/routes.hpp"

namespace ava::api {

namespace {

struct Login {
  std::string name;
  std::string password;
};
void describe(schema::Visitor& v, Login& x) {
  v.type("Login");
  v.field("name", x.name, {.min = 1, .max = 64});
  v.field("password", x.password, {.min = 1, .max = 1024, .format = "password"});
}

struct ChangePassword {
  std::string old_password;
  std::string new_password;
};
void describe(schema::Visitor& v, ChangePassword& x) {
  v.type("ChangePassword");
  v.field("old_password", x.old_password, {.max = 1024, .format = "password"});
  v.field("new_password", x.new_password, {.min = 8, .max = 1024, .format = "password"});
}

std::string cookie(const Services& services, std::string_view value, std::string_view more) {
  std::string text = std::string(kSessionCookie) + "=" + std::string(value) + "; Path=/; HttpOnly; SameSite=Strict";
  if (services.secure_cookies) text += "; Secure";
  return text + std::string(more);
}

Result<http::Reply> log_in(Services& services, http::Request& request) {
  AVA_TRY(const Login login, body_of<Login>(request));
  if (!request.is_same_origin())
    return Error(ErrorCode::kPermissionDenied, "user.foreign_origin", "another site's page may not log in here");
  // The port changes with every connection: the address alone counts for the limit of attempts.
  const std::string address = request.peer.substr(0, request.peer.rfind(':'));
  AVA_TRY(const auto user, services.users.check_credentials(login.name, login.password, address));
  AVA_TRY(const auto opened, services.sessions.open(user));
  http::Reply answer = reply(opened.session);
  answer.headers.add("Set-Cookie", cookie(services, opened.secret, "; Max-Age=7776000"));
  return answer;
}

Result<http::Reply> log_out(Services& services, http::Request& request) {
  if (const auto secret = request.cookie(kSessionCookie)) AVA_CHECK(services.sessions.close(*secret));
  http::Reply answer = http::Reply::no_content();
  answer.headers.add("Set-Cookie", cookie(services, "", "; Max-Age=0"));
  return answer;
}

Result<http::Reply> who_am_i(Services& services, http::Request& request) {
  const user::Actor& actor = actor_of(request);
  if (const auto secret = request.cookie(kSessionCookie)) {
    if (auto found = services.sessions.authenticate(*secret); found.ok()) return reply(found->session);
  }
  return reply(user::Session{actor.user, {}});
}

Result<http::Reply> change_password(Services& services, http::Request& request) {
  AVA_TRY(const ChangePassword change, body_of<ChangePassword>(request));
  AVA_CHECK(services.users.change_password(actor_of(request), change.old_password, change.new_password));
  return http::Reply::no_content();
}

}  // namespace

void add_session_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/session",
              .name = "logIn",
              .summary = "Log in",
              .tag = "session",
              .is_public = true,
              .body_schema = schema_for<Login>(),
              .reply_schema = schema_for<user::Session>(),
              .handle = [&services](http::Request& rq) { return log_in(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/session",
              .name = "getSession",
              .summary = "Who is logged in",
              .tag = "session",
              .reply_schema = schema_for<user::Session>(),
              .handle = [&services](http::Request& rq) { return who_am_i(services, rq); }});
  router.add({.method = http::Method::kDelete,
              .pattern = "/api/v1/session",
              .name = "logOut",
              .summary = "Log out",
              .tag = "session",
              .reply_status = 204,
              .handle = [&services](http::Request& rq) { return log_out(services, rq); }});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/session/password",
              .name = "changePassword",
              .summary = "Change one's own password",
              .tag = "session",
              .body_schema = schema_for<ChangePassword>(),
              .reply_status = 204,
              .handle = [&services](http::Request& rq) { return change_password(services, rq); }});
}

}  // namespace ava::api
