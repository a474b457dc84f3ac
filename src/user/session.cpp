#include "user/session.hpp"

#include <algorithm>

#include "user/credential_repo.hpp"

namespace ava::user {

namespace {
Error not_logged_in() { return Error(ErrorCode::kUnauthenticated, "user.not_logged_in", "log in first"); }
}  // namespace

void describe(schema::Visitor& v, Session& x) {
  v.type("Session");
  v.field("user", x.user);
  v.field("expires_at", x.expires_at);
}

Result<OpenedSession> SessionService::open(const User& user) {
  const TimeMs now = clock_.now_ms();
  OpenedSession opened{{user, {now + options_.idle_ms}}, random_hex(32)};
  const credential_repo::SessionRow row{
      SessionId::make().str(), credential_repo::digest_of(opened.secret), now, now, opened.session.expires_at.ms, user};
  AVA_CHECK(db_.write([&](db::Tx& tx) { return credential_repo::add_session(tx, row); }));
  return opened;
}

Result<FoundSession> SessionService::authenticate(std::string_view secret) {
  if (secret.size() != 64) return not_logged_in();
  const std::string digest = credential_repo::digest_of(secret);
  AVA_TRY(const auto row, db_.read([&](db::Tx& tx) { return credential_repo::find_session(tx, digest); }));
  const TimeMs now = clock_.now_ms();
  if (!row.has_value() || row->expires_ms <= now || row->user.state != State::kActive) return not_logged_in();
  TimeMs expires = row->expires_ms;
  if (now - row->seen_ms >= options_.touch_ms) {
    expires = std::min(now + options_.idle_ms, row->created_ms + options_.total_ms);
    AVA_CHECK(db_.write([&](db::Tx& tx) { return credential_repo::touch_session(tx, row->id, now, expires); }));
  }
  return FoundSession{Actor{row->user, row->id, "", ""}, Session{row->user, {expires}}};
}

Result<void> SessionService::close(std::string_view secret) {
  const std::string digest = credential_repo::digest_of(secret);
  return db_.write([&](db::Tx& tx) { return credential_repo::remove_session(tx, digest); });
}

Result<int> SessionService::sweep() {
  return db_.write([&](db::Tx& tx) { return credential_repo::remove_expired_sessions(tx, clock_.now_ms()); });
}

}  // namespace ava::user
