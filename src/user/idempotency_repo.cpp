#include "user/idempotency_repo.hpp"

namespace ava::user::idempotency_repo {

namespace {
constexpr auto kTake =
    "INSERT INTO idempotency (user_id, key, route, body_sha256, created_ms) VALUES (:user, :key, :route, :body, :now) "
    "ON CONFLICT (user_id, key) DO NOTHING";
constexpr auto kFind = "SELECT * FROM idempotency WHERE user_id = :user AND key = :key";
constexpr auto kFinish =
    "UPDATE idempotency SET status = :status, response = :response WHERE user_id = :user AND key = :key";
constexpr auto kRemove = "DELETE FROM idempotency WHERE user_id = :user AND key = :key AND status = 0";
constexpr auto kRemoveOlder = "DELETE FROM idempotency WHERE created_ms < :before";
}  // namespace

Result<int> take(db::Tx& tx, const IdempotentRequest& request, TimeMs now) {
  return tx.run(kTake, {{"user", request.user},
                        {"key", request.key},
                        {"route", request.route},
                        {"body", request.body_sha256},
                        {"now", now}});
}

Result<std::optional<Kept>> find(db::Tx& tx, const IdempotentRequest& request) {
  AVA_TRY(const auto row, tx.one(kFind, {{"user", request.user}, {"key", request.key}}));
  if (!row.has_value()) return std::optional<Kept>();
  return std::optional<Kept>(Kept{row->text("route"), row->text("body_sha256"),
                                  KeptAnswer{static_cast<int>(row->integer("status")), row->text("response")},
                                  row->integer("created_ms")});
}

Result<int> finish(db::Tx& tx, const IdempotentRequest& request, const KeptAnswer& answer) {
  return tx.run(
      kFinish,
      {{"status", answer.status}, {"response", answer.response}, {"user", request.user}, {"key", request.key}});
}

Result<int> remove(db::Tx& tx, const IdempotentRequest& request) {
  return tx.run(kRemove, {{"user", request.user}, {"key", request.key}});
}

Result<int> remove_older(db::Tx& tx, TimeMs created_before_ms) {
  return tx.run(kRemoveOlder, {{"before", created_before_ms}});
}

}  // namespace ava::user::idempotency_repo
