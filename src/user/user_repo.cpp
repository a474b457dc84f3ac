#include "user/user_repo.hpp"

namespace ava::user::user_repo {

namespace {

constexpr auto kAdd =
    "INSERT INTO users (id, name, name_key, role, state, password_hash, must_change_password, created_ms, updated_ms) "
    "VALUES (:id, :name, :name_key, :role, :state, :hash, :must_change, :now, :now)";
constexpr auto kFind = "SELECT * FROM users WHERE id = :id";
constexpr auto kFindByName = "SELECT * FROM users WHERE name_key = :name_key";
constexpr auto kListFirst = "SELECT * FROM users ORDER BY id DESC LIMIT :rows";
constexpr auto kListNext = "SELECT * FROM users WHERE id < :cursor ORDER BY id DESC LIMIT :rows";
constexpr auto kCount = "SELECT COUNT(*) AS n FROM users";
constexpr auto kCountOtherAdmins =
    "SELECT COUNT(*) AS n FROM users WHERE role = 'admin' AND state = 'active' AND id <> :id";
constexpr auto kSetRoleAndState = "UPDATE users SET role = :role, state = :state, updated_ms = :now WHERE id = :id";
constexpr auto kSetPassword =
    "UPDATE users SET password_hash = :hash, must_change_password = :must_change, updated_ms = :now WHERE id = :id";

std::optional<Account> read_account(const std::optional<db::Row>& row) {
  if (!row.has_value()) return std::nullopt;
  return Account{read_user(*row), row->text("password_hash")};
}

}  // namespace

User read_user(const db::Row& row) {
  User user;
  user.id = row.id<UserId>("id");
  user.name = row.text("name");
  user.role = schema::value_of<Role>(row.text("role")).value_or(Role::kMember);
  user.state = schema::value_of<State>(row.text("state")).value_or(State::kDisabled);
  user.must_change_password = row.boolean("must_change_password");
  user.created_at.ms = row.integer("created_ms");
  return user;
}

Result<void> add(db::Tx& tx, const Account& account) {
  const User& user = account.user;
  AVA_CHECK(tx.run(kAdd, {{"id", user.id},
                          {"name", user.name},
                          {"name_key", key_of_name(user.name)},
                          {"role", schema::name_of(user.role)},
                          {"state", schema::name_of(user.state)},
                          {"hash", account.password_hash},
                          {"must_change", user.must_change_password},
                          {"now", user.created_at.ms}}));
  return {};
}

Result<std::optional<Account>> find(db::Tx& tx, const UserId& id) {
  AVA_TRY(const auto row, tx.one(kFind, {{"id", id}}));
  return read_account(row);
}

Result<std::optional<Account>> find_by_name(db::Tx& tx, std::string_view name_key) {
  AVA_TRY(const auto row, tx.one(kFindByName, {{"name_key", name_key}}));
  return read_account(row);
}

Result<std::vector<User>> list(db::Tx& tx, const db::PageRequest& page) {
  AVA_TRY(const auto rows, page.cursor.empty() ? tx.all(kListFirst, {{"rows", page.rows()}})
                                               : tx.all(kListNext, {{"cursor", page.cursor}, {"rows", page.rows()}}));
  std::vector<User> users;
  for (const db::Row& row : rows) users.push_back(read_user(row));
  return users;
}

Result<std::int64_t> count(db::Tx& tx) {
  AVA_TRY(const auto row, tx.one(kCount));
  return row->integer("n");
}

Result<std::int64_t> count_other_admins(db::Tx& tx, const UserId& id) {
  AVA_TRY(const auto row, tx.one(kCountOtherAdmins, {{"id", id}}));
  return row->integer("n");
}

Result<void> set_role_and_state(db::Tx& tx, const UserId& id, Role role, State state, TimeMs now) {
  AVA_CHECK(tx.run(kSetRoleAndState,
                   {{"role", schema::name_of(role)}, {"state", schema::name_of(state)}, {"now", now}, {"id", id}}));
  return {};
}

Result<void> set_password(db::Tx& tx, const UserId& id, std::string_view hash, bool must_change, TimeMs now) {
  AVA_CHECK(tx.run(kSetPassword, {{"hash", hash}, {"must_change", must_change}, {"now", now}, {"id", id}}));
  return {};
}

}  // namespace ava::user::user_repo
