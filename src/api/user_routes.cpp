// Accounts (sign-up is open, the rest is for admins) and one's own API tokens.
#include "api/routes.hpp"

namespace ava::api {

namespace {

struct SignUp {
  std::string name;
  std::string password;
};
void describe(schema::Visitor& v, SignUp& x) {
  v.type("SignUp");
  v.field("name", x.name, {.min = 1, .max = 64});
  v.field("password", x.password, {.min = 8, .max = 1024, .format = "password"});
}

struct ChangeUser {
  std::optional<user::State> state;
  std::optional<user::Role> role;
};
void describe(schema::Visitor& v, ChangeUser& x) {
  v.type("ChangeUser");
  v.field("state", x.state);
  v.field("role", x.role);
}

struct OneTimePassword {
  std::string password;
};
void describe(schema::Visitor& v, OneTimePassword& x) {
  v.type("OneTimePassword");
  v.field("password", x.password);
}

struct CreateToken {
  std::string name;
  std::optional<std::int64_t> expires_in_seconds;
};
void describe(schema::Visitor& v, CreateToken& x) {
  v.type("CreateToken");
  v.field("name", x.name, {.min = 1, .max = 64});
  v.field("expires_in_seconds", x.expires_in_seconds, {.min = 1});
}

Result<http::Reply> sign_up(Services& services, http::Request& request) {
  AVA_TRY(const SignUp asked, body_of<SignUp>(request));
  AVA_TRY(const auto user, services.users.sign_up(asked.name, asked.password));
  return reply(user, 201);
}

Result<http::Reply> list_users(Services& services, http::Request& request) {
  AVA_TRY(const auto page, page_of(request));
  AVA_TRY(auto users, services.users.list(actor_of(request), page));
  return page_reply(std::move(users));
}

Result<http::Reply> change_user(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<user::UserId>("id"));
  AVA_TRY(const ChangeUser change, body_of<ChangeUser>(request));
  AVA_TRY(const auto user, services.users.update(actor_of(request), id, change.role, change.state));
  return reply(user);
}

Result<http::Reply> reset_password(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<user::UserId>("id"));
  AVA_TRY(std::string password, services.users.reset_password(actor_of(request), id));
  return reply(OneTimePassword{std::move(password)});
}

Result<http::Reply> list_tokens(Services& services, http::Request& request) {
  AVA_TRY(const auto page, page_of(request));
  AVA_TRY(auto tokens, services.tokens.list(actor_of(request), page));
  return page_reply(std::move(tokens));
}

Result<http::Reply> create_token(Services& services, http::Request& request) {
  AVA_TRY(const CreateToken asked, body_of<CreateToken>(request));
  AVA_TRY(const auto issued, services.tokens.create(actor_of(request), asked.name, asked.expires_in_seconds));
  return reply(issued, 201);
}

Result<http::Reply> remove_token(Services& services, http::Request& request) {
  AVA_TRY(const auto id, request.path_id<user::TokenId>("id"));
  AVA_CHECK(services.tokens.remove(actor_of(request), id));
  return http::Reply::no_content();
}

}  // namespace

void add_user_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/users",
              .name = "signUp",
              .summary = "Ask for an account; an admin enables it",
              .tag = "users",
              .is_public = true,
              .body_schema = schema_for<SignUp>(),
              .reply_schema = schema_for<user::User>(),
              .reply_status = 201,
              .handle = [&services](http::Request& rq) { return sign_up(services, rq); }});
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/users",
              .name = "listUsers",
              .summary = "All accounts",
              .tag = "users",
              .reply_schema = schema_for<PageOf<user::User>>(),
              .handle = [&services](http::Request& rq) { return list_users(services, rq); }});
  router.add({.method = http::Method::kPatch,
              .pattern = "/api/v1/users/{id}",
              .name = "changeUser",
              .summary = "Enable, disable, change the role",
              .tag = "users",
              .body_schema = schema_for<ChangeUser>(),
              .reply_schema = schema_for<user::User>(),
              .handle = [&services](http::Request& rq) { return change_user(services, rq); }});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/users/{id}/password",
              .name = "resetPassword",
              .summary = "Give a one-time password",
              .tag = "users",
              .reply_schema = schema_for<OneTimePassword>(),
              .handle = [&services](http::Request& rq) { return reset_password(services, rq); }});
}

void add_token_routes(http::Router& router, Services& services) {
  router.add({.method = http::Method::kGet,
              .pattern = "/api/v1/tokens",
              .name = "listTokens",
              .summary = "One's own API tokens",
              .tag = "tokens",
              .reply_schema = schema_for<PageOf<user::Token>>(),
              .handle = [&services](http::Request& rq) { return list_tokens(services, rq); }});
  router.add({.method = http::Method::kPost,
              .pattern = "/api/v1/tokens",
              .name = "createToken",
              .summary = "Make an API token; its secret is shown once",
              .tag = "tokens",
              .body_schema = schema_for<CreateToken>(),
              .reply_schema = schema_for<user::IssuedToken>(),
              .reply_status = 201,
              .handle = [&services](http::Request& rq) { return create_token(services, rq); }});
  router.add({.method = http::Method::kDelete,
              .pattern = "/api/v1/tokens/{id}",
              .name = "removeToken",
              .summary = "End an API token",
              .tag = "tokens",
              .reply_status = 204,
              .handle = [&services](http::Request& rq) { return remove_token(services, rq); }});
}

}  // namespace ava::api
