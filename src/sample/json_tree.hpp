// A strict JSON reader that keeps the order, the raw text and the place of every value: for lines that are unusual,
// broken, or about to be changed. The fast way for plain lines is line_scanner.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ava::sample::json {

enum class Kind : std::uint8_t { kNull, kTrue, kFalse, kNumber, kString, kArray, kObject };

/// White space of JSON.
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

struct Member;

/// Lifetime: `raw` views the parsed text.
struct Node {
  Kind kind = Kind::kNull;
  std::string_view raw;
  std::string text;   ///< kString: decoded
  double number = 0;  ///< kNumber; infinite when out of range
  std::vector<Node> items;
  std::vector<Member> members;

  /// The last member of that name: duplicates are legal JSON and the last wins.
  const Node* find(std::string_view key) const;
  bool is(Kind wanted) const { return kind == wanted; }
};

struct Member {
  std::string key;
  std::string_view raw_key;  ///< with its quotes
  Node value;
};

enum class FaultKind : std::uint8_t {
  kNone,
  kEmpty,  ///< no value at all
  kValueExpected,
  kCommaExpected,  ///< a token follows a value
  kColonExpected,
  kKeyExpected,
  kCommaBeforeEnd,  ///< `]` or `}` after a comma
  kWrongClose,      ///< `]` where `}` is due, or the other way round
  kUnclosed,        ///< the text ends inside
  kTextAfterEnd,
  kBadNumber,
  kBadEscape,
  kControlCharacter,
  kStringUnclosed,
  kBadUtf8,
  kTooDeep,
};

/// Where and why strict reading stopped. Units: byte offsets.
struct Fault {
  FaultKind kind = FaultKind::kNone;
  std::size_t at = 0;
  std::size_t before_begin = 0;  ///< token before `at`
  std::size_t before_end = 0;
  std::size_t item_begin = 0;  ///< in an array: the item before the last one
  bool in_array = false;
  std::size_t open_at = 0;  ///< the bracket we are inside of
};

/// Parse one value and nothing after it but blanks. False: see `fault`.
bool parse(std::string_view text, Node& out, Fault& fault);
/// What the text is, without building it.
bool is_valid(std::string_view text);

/// Raw JSON text without the blanks between tokens.
std::string without_blanks(std::string_view raw);

}  // namespace ava::sample::json
