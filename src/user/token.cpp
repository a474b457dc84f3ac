#include "user/token.hpp"

#include "user/credential_repo.hpp"

namespace ava::user {

namespace {

constexpr std::int64_t kTokenLimit = 100;
constexpr std::int64_t kLongestSeconds = 10ll * 366 * 24 * 3600;
constexpr TimeMs kTouchMs = 60'000;  // "last used" needs no write per request

credential_repo::TokenRow make_row(const UserId& owner, std::string name, TokenScope scope, TimeMs now,
                                   std::optional<TimeMs> expires_ms, const std::string& secret) {
  credential_repo::TokenRow row;
  row.token = {TokenId::make(), std::move(name), {now}, std::nullopt, std::nullopt};
  if (expires_ms.has_value()) row.token.expires_at = schema::Time{*expires_ms};
  row.digest = credential_repo::digest_of(secret);
  row.scope = std::move(scope);
  row.user.id = owner;
  return row;
}

}  // namespace

void describe(schema::Visitor& v, Token& x) {
  v.type("Token");
  v.field("id", x.id);
  v.field("name", x.name);
  v.field("created_at", x.created_at);
  v.field("expires_at", x.expires_at);
  v.field("last_used_at", x.last_used_at);
}

void describe(schema::Visitor& v, IssuedToken& x) {
  v.type("IssuedToken");
  v.field("token", x.token);
  v.field("secret", x.secret, {.doc = "Shown once; AVA keeps its digest only."});
}

Result<IssuedToken> TokenService::create(const Actor& actor, std::string_view name,
                                         std::optional<std::int64_t> expires_in_seconds) {
  AVA_CHECK(require_person(actor));
  auto clean = clean_name(name);
  if (!clean.ok()) return Error(ErrorCode::kInvalidArgument, "token.bad_name", clean.error().message()).at("/name");
  if (expires_in_seconds.has_value() && (*expires_in_seconds < 1 || *expires_in_seconds > kLongestSeconds))
    return Error(ErrorCode::kInvalidArgument, "token.bad_expiry", "a token lives 1 second to 10 years")
        .at("/expires_in_seconds");
  const TimeMs now = clock_.now_ms();
  std::optional<TimeMs> expires;
  if (expires_in_seconds.has_value()) expires = now + *expires_in_seconds * 1000;
  const std::string secret = "ava_" + random_hex(32);
  const auto row = make_row(actor.user.id, *std::move(clean), {}, now, expires, secret);
  const auto store = [&](db::Tx& tx) -> Result<void> {
    AVA_TRY(const auto count, credential_repo::count_tokens(tx, actor.user.id));
    if (count >= kTokenLimit)
      return Error(ErrorCode::kResourceExhausted, "token.too_many", "an account has at most 100 tokens")
          .hint("Remove tokens that are not used any more.");
    return credential_repo::add_token(tx, row);
  };
  AVA_CHECK(db_.write(store));
  return IssuedToken{row.token, secret};
}

Result<IssuedToken> TokenService::create_scoped(db::Tx& tx, const UserId& owner, const TokenScope& scope,
                                                std::optional<TimeMs> expires_ms) {
  const std::string secret = "ava_" + random_hex(32);
  const auto row = make_row(owner, scope.type + " " + scope.id, scope, clock_.now_ms(), expires_ms, secret);
  AVA_CHECK(credential_repo::add_token(tx, row));
  return IssuedToken{row.token, secret};
}

Result<Actor> TokenService::authenticate(std::string_view secret) {
  const Error bad(ErrorCode::kUnauthenticated, "user.bad_token", "this token is unknown or expired");
  if (secret.size() != 68 || secret.substr(0, 4) != "ava_") return bad;
  const std::string digest = credential_repo::digest_of(secret);
  AVA_TRY(const auto row, db_.read([&](db::Tx& tx) { return credential_repo::find_token(tx, digest); }));
  const TimeMs now = clock_.now_ms();
  if (!row.has_value() || row->user.state != State::kActive) return bad;
  if (row->token.expires_at.has_value() && row->token.expires_at->ms <= now) return bad;
  if (!row->token.last_used_at.has_value() || now - row->token.last_used_at->ms >= kTouchMs)
    AVA_CHECK(db_.write([&](db::Tx& tx) { return credential_repo::touch_token(tx, row->token.id, now); }));
  return Actor{row->user, row->token.id.str(), row->scope.type, row->scope.id};
}

Result<db::Page<Token>> TokenService::list(const Actor& actor, const db::PageRequest& page) {
  AVA_CHECK(require_person(actor));
  AVA_TRY(auto tokens, db_.read([&](db::Tx& tx) { return credential_repo::list_tokens(tx, actor.user.id, page); }));
  return db::make_page(std::move(tokens), page, [](const Token& token) { return token.id.str(); });
}

Result<void> TokenService::remove(const Actor& actor, const TokenId& id) {
  AVA_CHECK(require_person(actor));
  AVA_TRY(const int removed,
          db_.write([&](db::Tx& tx) { return credential_repo::remove_token(tx, actor.user.id, id); }));
  if (removed == 0) return Error(ErrorCode::kNotFound, "token.not_found", "you have no such token");
  return {};
}

Result<void> TokenService::remove_scope(db::Tx& tx, const TokenScope& scope) {
  return credential_repo::remove_scope(tx, scope);
}

}  // namespace ava::user
