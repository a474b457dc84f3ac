// Ids: noun prefix + UUIDv7 in Crockford base32 ("ds_01J..."), ordered by time of birth; one C++ type per noun.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ava {

/// 26 characters of Crockford base32 (lower case) of a fresh UUIDv7. Thread: any.
std::string new_uuid7();
/// True for 26 lower-case Crockford characters.
bool is_uuid7_text(std::string_view text);
/// `bytes` random bytes from the system as lower-case hex (2 characters each).
std::string random_hex(std::size_t bytes);

/// Id of a Noun, whose `kIdPrefix` is e.g. "ds". An empty id names nothing.
template <class Noun>
class Id {
 public:
  Id() = default;
  static Id make() { return Id(std::string(Noun::kIdPrefix) + "_" + new_uuid7()); }
  /// Errors: `id.bad` when the prefix or the form is wrong.
  static Result<Id> parse(std::string_view text) {
    const std::string prefix = std::string(Noun::kIdPrefix) + "_";
    if (text.substr(0, prefix.size()) != prefix || !is_uuid7_text(text.substr(prefix.size())))
      return Error(ErrorCode::kInvalidArgument, "id.bad",
                   "'" + std::string(text) + "' is no id of the form " + prefix + "...");
    return Id(std::string(text));
  }
  /// For text that comes from our own database.
  static Id trusted(std::string text) { return Id(std::move(text)); }
  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const Id&) const = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace ava
