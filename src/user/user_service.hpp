// Rules of accounts: first admin, sign-up, approval, roles, passwords.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "db/db.hpp"
#include "db/page.hpp"
#include "user/attempts.hpp"
#include "user/password.hpp"
#include "user/user.hpp"
#include "user/user_repo.hpp"

namespace ava::user {

struct UserOptions {
  PasswordCost password_cost;
  AttemptLimits attempts;
};

/// The account made at the very first start.
struct FirstAdmin {
  std::string name, password;
};

/// Thread: any. Lifetime: the database and the clock outlive it.
class UserService {
 public:
  UserService(db::Database& database, const Clock& clock, UserOptions options = {});

  /// Make the account "admin" with a one-time password when there is no account at all. `keep` writes the password
  /// to a safe place before the account exists, so that a crash cannot make an admin nobody can log in as.
  Result<std::optional<FirstAdmin>> ensure_first_admin(const std::function<Result<void>(const FirstAdmin&)>& keep);
  /// A pending account. Errors: `user.bad_name`, `user.bad_password`, `user.name_taken`.
  Result<User> sign_up(std::string_view name, std::string_view password);
  /// The account this name and password belong to; `peer` is the client's address.
  /// Errors: `user.bad_credentials`, `user.awaiting_approval`, `user.disabled`, `user.too_many_attempts`, `user.busy`.
  Result<User> check_credentials(std::string_view name, std::string_view password, std::string_view peer);

  /// Admins see every account, newest first.
  Result<db::Page<User>> list(const Actor& actor, const db::PageRequest& page);
  Result<User> find(const UserId& id);
  /// Enable, disable, promote. Disabling ends the account's sessions. Errors: `user.not_found`, `user.last_admin`.
  Result<User> update(const Actor& actor, const UserId& id, std::optional<Role> role, std::optional<State> state);
  /// An admin gives a one-time password that must be changed; the account's sessions end.
  Result<std::string> reset_password(const Actor& actor, const UserId& id);
  /// One's own password; other sessions of the account end, this one stays.
  /// Errors: `user.bad_credentials`, `user.bad_password`, `user.same_password`.
  Result<void> change_password(const Actor& actor, std::string_view old_password, std::string_view new_password);

 private:
  Result<Account> account_of(const UserId& id);

  db::Database& db_;
  const Clock& clock_;
  PasswordHasher hasher_;
  Attempts attempts_;
};

}  // namespace ava::user
