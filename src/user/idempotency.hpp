// Answers kept for clients that repeat a creation with the same Idempotency-Key: done once, answered alike.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "db/db.hpp"
#include "user/user.hpp"

namespace ava::user {

/// What identifies a request: who, the key, "POST /api/v1/datasets", SHA-256 of the body.
struct IdempotentRequest {
  UserId user;
  std::string key, route, body_sha256;
};
struct KeptAnswer {
  int status = 0;
  std::string response;  ///< the body
};

/// Thread: any. Lifetime: the database and the clock outlive it.
class IdempotencyService {
 public:
  IdempotencyService(db::Database& database, const Clock& clock, TimeMs keep_ms = 24ll * 3600 * 1000)
      : db_(database), clock_(clock), keep_ms_(keep_ms) {}

  /// Nothing: go on, and then finish() or abandon(). An answer: send it again, do nothing.
  /// Errors: `idempotency.bad_key` (1 to 200 printable ASCII), `idempotency.in_progress` (kConflict),
  /// `idempotency.other_request` (kConflict: the key was used for another route or body).
  Result<std::optional<KeptAnswer>> begin(const IdempotentRequest& request);
  Result<void> finish(const IdempotentRequest& request, const KeptAnswer& answer);
  /// The request failed in a way worth repeating.
  Result<void> abandon(const IdempotentRequest& request);
  /// Forget old answers; call now and then.
  Result<int> sweep();

 private:
  db::Database& db_;
  const Clock& clock_;
  const TimeMs keep_ms_;
};

}  // namespace ava::user
