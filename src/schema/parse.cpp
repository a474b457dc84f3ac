#include <algorithm>

#include "schema/json.hpp"

namespace ava::schema {

namespace {

/// Line and column (in characters, from 1) of a byte offset.
std::pair<std::size_t, std::size_t> place_of(std::string_view text, std::size_t byte) {
  byte = std::min(byte, text.size());
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i < byte; ++i) {
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      ++column;
    }
  }
  return {line, column};
}

/// Values in values: what copies, writes and walks documents recurses, and must not reach the end of the stack.
constexpr int kDeepest = 128;

bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

Result<nlohmann::json> parse(std::string_view text) {
  if (is_too_deep(text))
    return Error(ErrorCode::kInvalidArgument, "json.bad",
                 "values lie in values more than " + std::to_string(kDeepest) + " deep");
  try {  // adapter: the parser reports by exception, with the byte where it stopped
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& e) {
    const auto [line, column] = place_of(text, e.byte > 0 ? e.byte - 1 : 0);
    return Error(ErrorCode::kInvalidArgument, "json.bad",
                 "not JSON at line " + std::to_string(line) + ", column " + std::to_string(column))
        .detail("line", std::to_string(line))
        .detail("column", std::to_string(column));
  } catch (const nlohmann::json::exception& e) {
    return Error(ErrorCode::kInvalidArgument, "json.bad", e.what());
  }
}

}  // namespace ava::schema
