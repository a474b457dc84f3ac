// Who uses AVA: accounts with a role and a state, and the Actor that every service asks "may you?".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/result.hpp"
#include "schema/schema.hpp"

namespace ava::user {

enum class Role : std::uint8_t { kAdmin, kMember };
/// A new account is pending until an admin enables it.
enum class State : std::uint8_t { kPending, kActive, kDisabled };

std::span<const schema::EnumName<Role>> enum_names(Role);
std::span<const schema::EnumName<State>> enum_names(State);

/// An account as everybody may see it: no password in it.
struct User {
  static constexpr std::string_view kIdPrefix = "us";
  Id<User> id;
  std::string name;
  Role role = Role::kMember;
  State state = State::kPending;
  bool must_change_password = false;
  schema::Time created_at;
};
using UserId = Id<User>;
void describe(schema::Visitor& v, User& x);

/// The short form other nouns show: {id, name}.
struct Owner {
  UserId id;
  std::string name;
};
void describe(schema::Visitor& v, Owner& x);

/// Who makes a request, and how far the credential reaches: a token may be bound to one training (type "training").
struct Actor {
  User user;
  std::string credential_id;  ///< "se_..." of the session or "tk_..." of the token
  std::string scope_type, scope_id;

  bool is_admin() const { return user.role == Role::kAdmin && scope_type.empty(); }
};

/// For everything a person does. Errors: `user.must_change_password`, `user.token_scope` for a bound token
/// (both kPermissionDenied).
Result<void> require_person(const Actor& actor);
/// Errors: as require_person, and `user.admin_only`.
Result<void> require_admin(const Actor& actor);
/// For what a job in a container does: a token bound to exactly this thing, or a person's own credential.
/// Errors: `user.token_scope`, `user.must_change_password`.
Result<void> require_scope(const Actor& actor, std::string_view type, std::string_view id);

/// The name without blanks around it. 1 to 64 characters of UTF-8 (Chinese is fine), no control or invisible ones.
/// Errors: `user.bad_name`.
Result<std::string> clean_name(std::string_view name);
/// What must be unique: the name with ASCII letters in lower case.
std::string key_of_name(std::string_view name);
/// Errors: `user.bad_password` below 8 characters or above 1024 bytes.
Result<void> check_password(std::string_view password);

}  // namespace ava::user
