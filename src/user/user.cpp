#include "user/user.hpp"

#include <cstddef>

#include "base/file.hpp"

namespace ava::user {

namespace {

constexpr schema::EnumName<Role> kRoles[] = {{Role::kAdmin, "admin"}, {Role::kMember, "member"}};
constexpr schema::EnumName<State> kStates[] = {
    {State::kPending, "pending"}, {State::kActive, "active"}, {State::kDisabled, "disabled"}};

/// Characters of well-formed UTF-8, one code point at a time.
template <class F>
void for_each_character(std::string_view text, F&& visit) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t code = length == 1 ? lead : lead & (0x7F >> length);
    for (std::size_t k = 1; k < length; ++k) code = (code << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    visit(code);
    i += length;
  }
}

/// Control characters, and those that make two names look the same: zero width, direction marks, separators.
bool is_invisible(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFF) ||
         c >= 0xE0000;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

std::span<const schema::EnumName<Role>> enum_names(Role) { return kRoles; }
std::span<const schema::EnumName<State>> enum_names(State) { return kStates; }

void describe(schema::Visitor& v, User& x) {
  v.type("User");
  v.field("id", x.id);
  v.field("name", x.name);
  v.field("role", x.role);
  v.field("state", x.state);
  v.field("must_change_password", x.must_change_password);
  v.field("created_at", x.created_at);
}

void describe(schema::Visitor& v, Owner& x) {
  v.type("Owner");
  v.field("id", x.id);
  v.field("name", x.name);
}

Result<void> require_person(const Actor& actor) {
  if (!actor.scope_type.empty())
    return Error(ErrorCode::kPermissionDenied, "user.token_scope",
                 "this token works for " + actor.scope_type + " " + actor.scope_id + " only");
  if (actor.user.must_change_password)
    return Error(ErrorCode::kPermissionDenied, "user.must_change_password", "change the one-time password first");
  return {};
}

Result<void> require_admin(const Actor& actor) {
  AVA_CHECK(require_person(actor));
  if (!actor.is_admin()) return Error(ErrorCode::kPermissionDenied, "user.admin_only", "only an admin may do this");
  return {};
}

Result<void> require_scope(const Actor& actor, std::string_view type, std::string_view id) {
  if (actor.scope_type == type && actor.scope_id == id) return {};
  return require_person(actor);
}

Result<std::string> clean_name(std::string_view name) {
  const std::string_view trimmed = trim(name);
  const auto bad = [](std::string_view why) {
    return Error(ErrorCode::kInvalidArgument, "user.bad_name", why).at("/name");
  };
  if (!file::is_utf8(trimmed)) return bad("the name is not UTF-8");
  std::size_t count = 0;
  bool invisible = false;
  for_each_character(trimmed, [&](char32_t c) {
    ++count;
    invisible = invisible || is_invisible(c);
  });
  if (invisible) return bad("the name holds control or invisible characters");
  if (count < 1 || count > 64) return bad("a name has 1 to 64 characters");
  return std::string(trimmed);
}

std::string key_of_name(std::string_view name) {
  std::string key(trim(name));
  for (char& c : key)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return key;
}

Result<void> check_password(std::string_view password) {
  std::size_t count = 0;
  if (file::is_utf8(password)) for_each_character(password, [&](char32_t) { ++count; });
  if (count < 8 || password.size() > 1024)
    return Error(ErrorCode::kInvalidArgument, "user.bad_password", "a password has at least 8 characters of UTF-8")
        .at("/password");
  return {};
}

}  // namespace ava::user
