#include "user/idempotency.hpp"

#include <algorithm>

#include "user/idempotency_repo.hpp"

namespace ava::user {

namespace {
/// A server that died while answering leaves a taken key; after this long it may be taken again.
constexpr TimeMs kAnsweringMs = 5 * 60'000;
}  // namespace

Result<std::optional<KeptAnswer>> IdempotencyService::begin(const IdempotentRequest& request) {
  const auto printable = [](char c) { return c > 0x20 && c < 0x7F; };
  if (request.key.empty() || request.key.size() > 200 ||
      !std::all_of(request.key.begin(), request.key.end(), printable))
    return Error(ErrorCode::kInvalidArgument, "idempotency.bad_key",
                 "Idempotency-Key: 1 to 200 printable ASCII characters");
  return db_.write([&](db::Tx& tx) -> Result<std::optional<KeptAnswer>> {
    const TimeMs now = clock_.now_ms();
    AVA_TRY(const auto kept, idempotency_repo::find(tx, request));
    if (!kept.has_value()) {
      AVA_CHECK(idempotency_repo::take(tx, request, now));
      return std::optional<KeptAnswer>();
    }
    if (kept->route != request.route || kept->body_sha256 != request.body_sha256)
      return Error(ErrorCode::kConflict, "idempotency.other_request",
                   "this Idempotency-Key was used for another request");
    if (kept->answer.status != 0) return std::optional<KeptAnswer>(kept->answer);
    if (now - kept->created_ms < kAnsweringMs)
      return Error(ErrorCode::kConflict, "idempotency.in_progress",
                   "the first request with this key is still answered");
    AVA_CHECK(idempotency_repo::remove(tx, request));
    AVA_CHECK(idempotency_repo::take(tx, request, now));
    return std::optional<KeptAnswer>();
  });
}

Result<void> IdempotencyService::finish(const IdempotentRequest& request, const KeptAnswer& answer) {
  AVA_CHECK(db_.write([&](db::Tx& tx) { return idempotency_repo::finish(tx, request, answer); }));
  return {};
}

Result<void> IdempotencyService::abandon(const IdempotentRequest& request) {
  AVA_CHECK(db_.write([&](db::Tx& tx) { return idempotency_repo::remove(tx, request); }));
  return {};
}

Result<int> IdempotencyService::sweep() {
  return db_.write([&](db::Tx& tx) { return idempotency_repo::remove_older(tx, clock_.now_ms() - keep_ms_); });
}

}  // namespace ava::user
