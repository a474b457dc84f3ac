// API tokens "ava_<hex>": for scripts, and bound to one training for the SDK in a container. Kept as their SHA-256.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "db/db.hpp"
#include "db/page.hpp"
#include "user/user.hpp"

namespace ava::user {

/// A token as its owner sees it.
struct Token {
  static constexpr std::string_view kIdPrefix = "tk";
  Id<Token> id;
  std::string name;
  schema::Time created_at;
  std::optional<schema::Time> expires_at;
  std::optional<schema::Time> last_used_at;
};
using TokenId = Id<Token>;
void describe(schema::Visitor& v, Token& x);

/// A new token; the secret is shown once.
struct IssuedToken {
  Token token;
  std::string secret;
};
void describe(schema::Visitor& v, IssuedToken& x);

/// What a token may be bound to, e.g. {"training", "tr_..."}; empty: everything its owner may do.
struct TokenScope {
  std::string type, id;
};

/// Thread: any. Lifetime: the database and the clock outlive it.
class TokenService {
 public:
  TokenService(db::Database& database, const Clock& clock) : db_(database), clock_(clock) {}

  /// A token for oneself. Errors: `token.bad_name`, `token.bad_expiry` (1 s to 10 years), `token.too_many` (100).
  Result<IssuedToken> create(const Actor& actor, std::string_view name, std::optional<std::int64_t> expires_in_seconds);
  /// A token that reaches one thing only, made by AVA itself inside a caller's transaction.
  Result<IssuedToken> create_scoped(db::Tx& tx, const UserId& owner, const TokenScope& scope,
                                    std::optional<TimeMs> expires_ms);
  /// Errors: `user.bad_token` (kUnauthenticated) for an unknown or expired token or a disabled account.
  Result<Actor> authenticate(std::string_view secret);
  /// One's own unbound tokens, newest first.
  Result<db::Page<Token>> list(const Actor& actor, const db::PageRequest& page);
  /// Errors: `token.not_found`.
  Result<void> remove(const Actor& actor, const TokenId& id);
  /// The scope's thing ended: its tokens end too.
  Result<void> remove_scope(db::Tx& tx, const TokenScope& scope);

 private:
  db::Database& db_;
  const Clock& clock_;
};

}  // namespace ava::user
