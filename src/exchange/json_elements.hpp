// Large JSON documents as a stream: the elements of the arrays at the top, one by one, as text with their place.
// Nothing else is kept, whatever the size of the file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sample/json_tree.hpp"
#include "storage/storage.hpp"

namespace ava::exchange {

/// Units: bytes; lines from 1.
struct JsonPlace {
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t line = 0;
};

struct JsonHandler {
  /// Is the array of this member to be handed out? A document that is an array itself has the key "".
  std::function<bool(std::string_view key)> wanted;
  std::function<Result<void>(std::string_view key, std::string_view element, const JsonPlace& place)> on_element;
};

/// Elements are cut out by their brackets only: parse them. Errors: `json.truncated`, `json.bad` (details line and
/// column), `json.too_large` (an element above `max_element_bytes`), those of reader and handler.
Result<void> read_json_elements(storage::Reader& from, const JsonHandler& handler,
                                std::uint32_t max_element_bytes = 64u << 20);

/// Parse one value. Errors: `json.bad` with details line (added to `first_line` - 1) and column, and the offset.
Result<sample::json::Node> parse_node(std::string_view text, std::uint64_t first_line = 1);

/// The member as a number, also from a string; nothing when it is absent or something else.
std::optional<double> number_in(const sample::json::Node& object, std::string_view key);
std::optional<std::int64_t> integer_in(const sample::json::Node& object, std::string_view key);
/// The member as text; nothing when it is absent or no string.
std::optional<std::string_view> text_in(const sample::json::Node& object, std::string_view key);
/// A number, or a string that holds one.
std::optional<double> number_of(const sample::json::Node& node);

}  // namespace ava::exchange
