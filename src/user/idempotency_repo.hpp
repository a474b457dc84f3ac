// SQL of kept answers, and nothing else.
#pragma once

#include <optional>
#include <string>

#include "user/idempotency.hpp"

namespace ava::user::idempotency_repo {

struct Kept {
  std::string route, body_sha256;
  KeptAnswer answer;
  TimeMs created_ms = 0;
};

/// 1 when the key was free and is taken now.
Result<int> take(db::Tx& tx, const IdempotentRequest& request, TimeMs now);
Result<std::optional<Kept>> find(db::Tx& tx, const IdempotentRequest& request);
Result<int> finish(db::Tx& tx, const IdempotentRequest& request, const KeptAnswer& answer);
Result<int> remove(db::Tx& tx, const IdempotentRequest& request);
Result<int> remove_older(db::Tx& tx, TimeMs created_before_ms);

}  // namespace ava::user::idempotency_repo
