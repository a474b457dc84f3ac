#include "user/user_service.hpp"

#include "user/credential_repo.hpp"

namespace ava::user {

namespace {

Error bad_credentials() {
  return Error(ErrorCode::kUnauthenticated, "user.bad_credentials", "no account has this name and password");
}
Error no_account() { return Error(ErrorCode::kNotFound, "user.not_found", "no such account"); }

/// An account that answers to its password and still may not come in says why.
Result<void> check_state(const User& user) {
  if (user.state == State::kPending)
    return Error(ErrorCode::kPermissionDenied, "user.awaiting_approval", "an admin has to enable this account first");
  if (user.state == State::kDisabled)
    return Error(ErrorCode::kPermissionDenied, "user.disabled", "an admin has disabled this account");
  return {};
}

}  // namespace

UserService::UserService(db::Database& database, const Clock& clock, UserOptions options)
    : db_(database), clock_(clock), hasher_(options.password_cost), attempts_(clock, options.attempts) {}

Result<std::optional<FirstAdmin>> UserService::ensure_first_admin(
    const std::function<Result<void>(const FirstAdmin&)>& keep) {
  AVA_TRY(const auto count, db_.read([](db::Tx& tx) { return user_repo::count(tx); }));
  if (count > 0) return std::optional<FirstAdmin>();
  FirstAdmin first{"admin", one_time_password()};
  AVA_CHECK(keep(first));
  AVA_TRY(const std::string hash, hasher_.hash(first.password));
  Account account;
  account.user = {Id<User>::make(), first.name, Role::kAdmin, State::kActive, true, {clock_.now_ms()}};
  account.password_hash = hash;
  const auto store = [&](db::Tx& tx) -> Result<bool> {
    AVA_TRY(const auto now_there, user_repo::count(tx));
    if (now_there > 0) return false;
    AVA_CHECK(user_repo::add(tx, account));
    return true;
  };
  AVA_TRY(const bool made, db_.write(store));
  if (!made) return std::optional<FirstAdmin>();
  return std::optional<FirstAdmin>(std::move(first));
}

Result<User> UserService::sign_up(std::string_view name, std::string_view password) {
  AVA_TRY(const std::string clean, clean_name(name));
  AVA_CHECK(check_password(password));
  AVA_TRY(const std::string hash, hasher_.hash(password));
  Account account;
  account.user = {Id<User>::make(), clean, Role::kMember, State::kPending, false, {clock_.now_ms()}};
  account.password_hash = hash;
  auto added = db_.write([&](db::Tx& tx) { return user_repo::add(tx, account); });
  if (!added.ok() && added.error().slug() == "db.unique")
    return Error(ErrorCode::kConflict, "user.name_taken", "this name is taken").at("/name");
  AVA_CHECK(added);
  return account.user;
}

Result<User> UserService::check_credentials(std::string_view name, std::string_view password, std::string_view peer) {
  const std::string key = key_of_name(name).substr(0, 256);
  AVA_CHECK(attempts_.check(key, peer));
  AVA_TRY(const auto account, db_.read([&](db::Tx& tx) { return user_repo::find_by_name(tx, key); }));
  if (password.size() > 1024) return bad_credentials();
  AVA_TRY(const bool right,
          account.has_value() ? hasher_.verify(account->password_hash, password) : hasher_.verify_nobody(password));
  if (!right) {
    attempts_.failed(key, peer);
    return bad_credentials();
  }
  attempts_.succeeded(key, peer);
  AVA_CHECK(check_state(account->user));
  return account->user;
}

Result<db::Page<User>> UserService::list(const Actor& actor, const db::PageRequest& page) {
  AVA_CHECK(require_admin(actor));
  AVA_TRY(auto users, db_.read([&](db::Tx& tx) { return user_repo::list(tx, page); }));
  return db::make_page(std::move(users), page, [](const User& user) { return user.id.str(); });
}

Result<Account> UserService::account_of(const UserId& id) {
  AVA_TRY(auto account, db_.read([&](db::Tx& tx) { return user_repo::find(tx, id); }));
  if (!account.has_value()) return no_account();
  return *std::move(account);
}

Result<User> UserService::find(const UserId& id) {
  AVA_TRY(const Account account, account_of(id));
  return account.user;
}

Result<User> UserService::update(const Actor& actor, const UserId& id, std::optional<Role> role,
                                 std::optional<State> state) {
  AVA_CHECK(require_admin(actor));
  return db_.write([&](db::Tx& tx) -> Result<User> {
    AVA_TRY(const auto account, user_repo::find(tx, id));
    if (!account.has_value()) return no_account();
    User user = account->user;
    const bool was_admin = user.role == Role::kAdmin && user.state == State::kActive;
    user.role = role.value_or(user.role);
    user.state = state.value_or(user.state);
    const bool stays_admin = user.role == Role::kAdmin && user.state == State::kActive;
    if (was_admin && !stays_admin) {
      AVA_TRY(const auto others, user_repo::count_other_admins(tx, id));
      if (others == 0)
        return Error(ErrorCode::kConflict, "user.last_admin", "somebody has to stay admin")
            .hint("Make another active account admin first.");
    }
    AVA_CHECK(user_repo::set_role_and_state(tx, id, user.role, user.state, clock_.now_ms()));
    if (user.state != State::kActive) AVA_CHECK(credential_repo::remove_sessions_of(tx, id, ""));
    return user;
  });
}

Result<std::string> UserService::reset_password(const Actor& actor, const UserId& id) {
  AVA_CHECK(require_admin(actor));
  AVA_CHECK(account_of(id));
  std::string password = one_time_password();
  AVA_TRY(const std::string hash, hasher_.hash(password));
  const auto store = [&](db::Tx& tx) -> Result<void> {
    AVA_CHECK(user_repo::set_password(tx, id, hash, true, clock_.now_ms()));
    return credential_repo::remove_sessions_of(tx, id, "");
  };
  AVA_CHECK(db_.write(store));
  return password;
}

Result<void> UserService::change_password(const Actor& actor, std::string_view old_password,
                                          std::string_view new_password) {
  if (!actor.scope_type.empty()) AVA_CHECK(require_person(actor));
  AVA_TRY(const Account account, account_of(actor.user.id));
  const std::string key = key_of_name(account.user.name), peer = "session " + actor.credential_id;
  AVA_CHECK(attempts_.check(key, peer));
  AVA_TRY(const bool right, hasher_.verify(account.password_hash, old_password));
  if (!right) {
    attempts_.failed(key, peer);
    return bad_credentials().at("/old_password");
  }
  if (auto good = check_password(new_password); !good.ok()) return std::move(good.error()).at("/new_password");
  if (old_password == new_password)
    return Error(ErrorCode::kInvalidArgument, "user.same_password", "the new password is the old one")
        .at("/new_password");
  AVA_TRY(const std::string hash, hasher_.hash(new_password));
  return db_.write([&](db::Tx& tx) -> Result<void> {
    AVA_CHECK(user_repo::set_password(tx, account.user.id, hash, false, clock_.now_ms()));
    return credential_repo::remove_sessions_of(tx, account.user.id, actor.credential_id);
  });
}

}  // namespace ava::user
