// SQL of accounts, and nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "db/db.hpp"
#include "db/page.hpp"
#include "user/user.hpp"

namespace ava::user {

/// An account with its password hash.
struct Account {
  User user;
  std::string password_hash;
};

namespace user_repo {

Result<void> add(db::Tx& tx, const Account& account);
Result<std::optional<Account>> find(db::Tx& tx, const UserId& id);
Result<std::optional<Account>> find_by_name(db::Tx& tx, std::string_view name_key);
Result<std::vector<User>> list(db::Tx& tx, const db::PageRequest& page);
Result<std::int64_t> count(db::Tx& tx);
/// Active admins other than this one.
Result<std::int64_t> count_other_admins(db::Tx& tx, const UserId& id);
Result<void> set_role_and_state(db::Tx& tx, const UserId& id, Role role, State state, TimeMs now);
Result<void> set_password(db::Tx& tx, const UserId& id, std::string_view hash, bool must_change, TimeMs now);
/// The columns `id, name, role, state, must_change_password, created_ms` of a row.
User read_user(const db::Row& row);

}  // namespace user_repo
}  // namespace ava::user
