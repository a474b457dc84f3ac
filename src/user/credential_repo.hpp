// SQL of sessions and tokens, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/db.hpp"
#include "db/page.hpp"
#include "user/session.hpp"
#include "user/token.hpp"

namespace ava::user::credential_repo {

struct SessionRow {
  std::string id, digest;
  TimeMs created_ms = 0, seen_ms = 0, expires_ms = 0;
  User user;
};
struct TokenRow {
  Token token;
  std::string digest;
  TokenScope scope;
  User user;
};

/// SHA-256 as hex: what is kept of a secret.
std::string digest_of(std::string_view secret);

Result<void> add_session(db::Tx& tx, const SessionRow& row);
Result<std::optional<SessionRow>> find_session(db::Tx& tx, std::string_view digest);
Result<void> touch_session(db::Tx& tx, std::string_view id, TimeMs seen_ms, TimeMs expires_ms);
Result<void> remove_session(db::Tx& tx, std::string_view digest);
/// Every session of an account but this one ("" = all of them).
Result<void> remove_sessions_of(db::Tx& tx, const UserId& user, std::string_view except_id);
Result<int> remove_expired_sessions(db::Tx& tx, TimeMs now);

Result<void> add_token(db::Tx& tx, const TokenRow& row);
Result<std::optional<TokenRow>> find_token(db::Tx& tx, std::string_view digest);
Result<void> touch_token(db::Tx& tx, const TokenId& id, TimeMs now);
Result<std::vector<Token>> list_tokens(db::Tx& tx, const UserId& user, const db::PageRequest& page);
Result<std::int64_t> count_tokens(db::Tx& tx, const UserId& user);
Result<int> remove_token(db::Tx& tx, const UserId& user, const TokenId& id);
Result<void> remove_scope(db::Tx& tx, const TokenScope& scope);

}  // namespace ava::user::credential_repo
