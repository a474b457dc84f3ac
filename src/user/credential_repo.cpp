#include "user/credential_repo.hpp"

#include "base/digest.hpp"
#include "user/user_repo.hpp"

namespace ava::user::credential_repo {

namespace {

constexpr auto kAddSession =
    "INSERT INTO sessions (id, digest, user_id, created_ms, seen_ms, expires_ms) "
    "VALUES (:id, :digest, :user, :created, :seen, :expires)";
constexpr auto kFindSession =
    "SELECT u.id, u.name, u.role, u.state, u.must_change_password, u.created_ms, s.id AS session_id, "
    "s.created_ms AS opened_ms, s.seen_ms, s.expires_ms FROM sessions s JOIN users u ON u.id = s.user_id "
    "WHERE s.digest = :digest";
constexpr auto kTouchSession = "UPDATE sessions SET seen_ms = :seen, expires_ms = :expires WHERE id = :id";
constexpr auto kRemoveSession = "DELETE FROM sessions WHERE digest = :digest";
constexpr auto kRemoveSessionsOf = "DELETE FROM sessions WHERE user_id = :user AND id <> :except";
constexpr auto kRemoveExpired = "DELETE FROM sessions WHERE expires_ms <= :now";

constexpr auto kAddToken =
    "INSERT INTO tokens (id, digest, user_id, name, scope_type, scope_id, created_ms, expires_ms) "
    "VALUES (:id, :digest, :user, :name, :scope_type, :scope_id, :created, :expires)";
constexpr auto kFindToken =
    "SELECT u.id, u.name, u.role, u.state, u.must_change_password, u.created_ms, t.id AS token_id, "
    "t.name AS token_name, t.scope_type, t.scope_id, t.created_ms AS issued_ms, t.expires_ms, t.last_used_ms "
    "FROM tokens t JOIN users u ON u.id = t.user_id WHERE t.digest = :digest";
constexpr auto kTouchToken = "UPDATE tokens SET last_used_ms = :now WHERE id = :id";
constexpr auto kListFirst =
    "SELECT id AS token_id, name AS token_name, created_ms AS issued_ms, expires_ms, last_used_ms FROM tokens "
    "WHERE user_id = :user AND scope_type = '' ORDER BY id DESC LIMIT :rows";
constexpr auto kListNext =
    "SELECT id AS token_id, name AS token_name, created_ms AS issued_ms, expires_ms, last_used_ms FROM tokens "
    "WHERE user_id = :user AND scope_type = '' AND id < :cursor ORDER BY id DESC LIMIT :rows";
constexpr auto kCountTokens = "SELECT COUNT(*) AS n FROM tokens WHERE user_id = :user AND scope_type = ''";
constexpr auto kRemoveToken = "DELETE FROM tokens WHERE user_id = :user AND id = :id AND scope_type = ''";
constexpr auto kRemoveScope = "DELETE FROM tokens WHERE scope_type = :type AND scope_id = :id";

Token read_token(const db::Row& row) {
  return Token{row.id<TokenId>("token_id"), row.text("token_name"), schema::Time{row.integer("issued_ms")},
               row.maybe<schema::Time>("expires_ms"), row.maybe<schema::Time>("last_used_ms")};
}

}  // namespace

std::string digest_of(std::string_view secret) { return to_hex(sha256(secret)); }

Result<void> add_session(db::Tx& tx, const SessionRow& row) {
  AVA_CHECK(tx.run(kAddSession, {{"id", row.id},
                                 {"digest", row.digest},
                                 {"user", row.user.id},
                                 {"created", row.created_ms},
                                 {"seen", row.seen_ms},
                                 {"expires", row.expires_ms}}));
  return {};
}

Result<std::optional<SessionRow>> find_session(db::Tx& tx, std::string_view digest) {
  AVA_TRY(const auto row, tx.one(kFindSession, {{"digest", digest}}));
  if (!row.has_value()) return std::optional<SessionRow>();
  return std::optional<SessionRow>(SessionRow{row->text("session_id"), std::string(digest), row->integer("opened_ms"),
                                              row->integer("seen_ms"), row->integer("expires_ms"),
                                              user_repo::read_user(*row)});
}

Result<void> touch_session(db::Tx& tx, std::string_view id, TimeMs seen_ms, TimeMs expires_ms) {
  AVA_CHECK(tx.run(kTouchSession, {{"seen", seen_ms}, {"expires", expires_ms}, {"id", id}}));
  return {};
}

Result<void> remove_session(db::Tx& tx, std::string_view digest) {
  AVA_CHECK(tx.run(kRemoveSession, {{"digest", digest}}));
  return {};
}

Result<void> remove_sessions_of(db::Tx& tx, const UserId& user, std::string_view except_id) {
  AVA_CHECK(tx.run(kRemoveSessionsOf, {{"user", user}, {"except", except_id}}));
  return {};
}

Result<int> remove_expired_sessions(db::Tx& tx, TimeMs now) { return tx.run(kRemoveExpired, {{"now", now}}); }

Result<void> add_token(db::Tx& tx, const TokenRow& row) {
  std::optional<TimeMs> expires;
  if (row.token.expires_at.has_value()) expires = row.token.expires_at->ms;
  AVA_CHECK(tx.run(kAddToken, {{"id", row.token.id},
                               {"digest", row.digest},
                               {"user", row.user.id},
                               {"name", row.token.name},
                               {"scope_type", row.scope.type},
                               {"scope_id", row.scope.id},
                               {"created", row.token.created_at.ms},
                               {"expires", expires}}));
  return {};
}

Result<std::optional<TokenRow>> find_token(db::Tx& tx, std::string_view digest) {
  AVA_TRY(const auto row, tx.one(kFindToken, {{"digest", digest}}));
  if (!row.has_value()) return std::optional<TokenRow>();
  return std::optional<TokenRow>(TokenRow{read_token(*row), std::string(digest),
                                          TokenScope{row->text("scope_type"), row->text("scope_id")},
                                          user_repo::read_user(*row)});
}

Result<void> touch_token(db::Tx& tx, const TokenId& id, TimeMs now) {
  AVA_CHECK(tx.run(kTouchToken, {{"now", now}, {"id", id}}));
  return {};
}

Result<std::vector<Token>> list_tokens(db::Tx& tx, const UserId& user, const db::PageRequest& page) {
  AVA_TRY(const auto rows, page.cursor.empty()
                               ? tx.all(kListFirst, {{"user", user}, {"rows", page.rows()}})
                               : tx.all(kListNext, {{"user", user}, {"cursor", page.cursor}, {"rows", page.rows()}}));
  std::vector<Token> tokens;
  for (const db::Row& row : rows) tokens.push_back(read_token(row));
  return tokens;
}

Result<std::int64_t> count_tokens(db::Tx& tx, const UserId& user) {
  AVA_TRY(const auto row, tx.one(kCountTokens, {{"user", user}}));
  return row->integer("n");
}

Result<int> remove_token(db::Tx& tx, const UserId& user, const TokenId& id) {
  return tx.run(kRemoveToken, {{"user", user}, {"id", id}});
}

Result<void> remove_scope(db::Tx& tx, const TokenScope& scope) {
  AVA_CHECK(tx.run(kRemoveScope, {{"type", scope.type}, {"id", scope.id}}));
  return {};
}

}  // namespace ava::user::credential_repo
