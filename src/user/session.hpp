// Browser sessions: a random cookie, kept as its SHA-256, alive as long as it is used.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "db/db.hpp"
#include "user/user.hpp"

namespace ava::user {

/// What the browser is told about its session.
struct Session {
  static constexpr std::string_view kIdPrefix = "se";
  User user;
  schema::Time expires_at;
};
using SessionId = Id<Session>;
void describe(schema::Visitor& v, Session& x);

struct SessionOptions {
  TimeMs idle_ms = 7ll * 24 * 3600 * 1000;    ///< ends when unused for this long
  TimeMs total_ms = 90ll * 24 * 3600 * 1000;  ///< ends anyway
  TimeMs touch_ms = 5 * 60'000;               ///< a use is written down at most this often
};

/// A new session; `secret` goes into the cookie and is kept nowhere.
struct OpenedSession {
  Session session;
  std::string secret;
};

/// A session found by its cookie.
struct FoundSession {
  Actor actor;
  Session session;
};

/// Thread: any. Lifetime: the database and the clock outlive it.
class SessionService {
 public:
  SessionService(db::Database& database, const Clock& clock, SessionOptions options = {})
      : db_(database), clock_(clock), options_(options) {}

  Result<OpenedSession> open(const User& user);
  /// Errors: `user.not_logged_in` (kUnauthenticated) for an unknown, expired or ended session or a disabled account.
  Result<FoundSession> authenticate(std::string_view secret);
  /// An unknown session is fine.
  Result<void> close(std::string_view secret);
  /// Forget expired sessions; call now and then.
  Result<int> sweep();

 private:
  db::Database& db_;
  const Clock& clock_;
  const SessionOptions options_;
};

}  // namespace ava::user
