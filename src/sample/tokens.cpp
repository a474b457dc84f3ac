#include "sample/tokens.hpp"

// Without its throwing conversions, a forgotten error check does not compile.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "sample/byte_scan.hpp"

namespace ava::sample {

namespace {

constexpr int kMaxDepth = 64;

/// Read the grammar of a JSON number. `digits` collects up to 19 of them, `scale` how many stood behind the point.
struct NumberShape {
  std::uint64_t digits = 0;
  int count = 0;
  int scale = 0;
  bool negative = false;
  bool exponent = false;

  void take(char c) {
    digits = digits * 10 + static_cast<std::uint64_t>(c - '0');
    ++count;
  }
  /// The end of the number, or null.
  const char* read(const char* at) {
    negative = *at == '-';
    if (negative) ++at;
    if (!is_digit(*at)) return nullptr;
    if (*at == '0' && is_digit(at[1])) return nullptr;
    for (; is_digit(*at); ++at) take(*at);
    if (*at == '.') {
      if (!is_digit(*++at)) return nullptr;
      for (; is_digit(*at); ++at, ++scale) take(*at);
    }
    if (*at != 'e' && *at != 'E') return at;
    exponent = true;
    if (*++at == '+' || *at == '-') ++at;
    if (!is_digit(*at)) return nullptr;
    while (is_digit(*at)) ++at;
    return at;
  }
};

// Exact as doubles; so a division of two exact numbers is rounded once, correctly.
constexpr double kTens[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/// The value of a hex digit; 16 and above: none.
constexpr std::array<std::uint8_t, 256> kHexDigits = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(0xFF);
  for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) values['a' + i] = values['A' + i] = static_cast<std::uint8_t>(10 + i);
  return values;
}();

/// Four hex digits. Negative: not four.
int hex4(const char* at, const char* end) {
  if (end - at < 4) return -1;
  const auto digit = [at](int i) -> int { return kHexDigits[static_cast<unsigned char>(at[i])]; };
  if ((digit(0) | digit(1) | digit(2) | digit(3)) > 15) return -1;
  return digit(0) << 12 | digit(1) << 8 | digit(2) << 4 | digit(3);
}

char* put_utf8(char* out, unsigned code) {
  if (code < 0x80) {
    *out++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *out++ = static_cast<char>(0xC0 | (code >> 6));
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *out++ = static_cast<char>(0xE0 | (code >> 12));
    *out++ = static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | (code >> 18));
    *out++ = static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    *out++ = static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  }
  return out;
}

/// The character behind a backslash and a 'u' at `at`, which moves past it. Negative: control or half a character.
int escaped_code(const char*& at, const char* end) {
  const int code = hex4(at, end);
  if (code < 0x20) return -1;
  at += 4;
  if (code < 0xD800 || code > 0xDFFF) return code;
  if (code > 0xDBFF || end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
  const int low = hex4(at + 2, end);
  if (low < 0xDC00 || low > 0xDFFF) return -1;
  at += 6;
  return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
}

}  // namespace

struct TokenIndex::Impl {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;

  bool make_room(std::size_t bytes) {
    if (!parser) {
      return simdjson::get_active_implementation()->create_dom_parser_implementation(bytes, kMaxDepth, parser) ==
             simdjson::SUCCESS;
    }
    return parser->capacity() >= bytes || parser->set_capacity(bytes) == simdjson::SUCCESS;
  }
};

TokenIndex::TokenIndex() : impl_(std::make_unique<Impl>()) {}
TokenIndex::~TokenIndex() = default;

bool TokenIndex::find(std::string_view text, const char* stop) {
  constexpr std::size_t kLeast = 4096;
  if (!impl_->make_room(std::max(text.size(), kLeast))) return false;
  auto& parser = *impl_->parser;
  const auto error =
      parser.stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), simdjson::stage1_mode::regular);
  if (error == simdjson::EMPTY)
    parser.n_structural_indexes = 0;
  else if (error != simdjson::SUCCESS)
    return false;
  text_ = text.data();
  begin_ = parser.structural_indexes.get();
  // A walk that leaves the last line finds a zero byte, which is no token, and ends.
  for (std::uint32_t i = 0; i < 2; ++i)
    parser.structural_indexes[parser.n_structural_indexes + i] = static_cast<std::uint32_t>(stop - text_);
  return true;
}

bool TextArena::unescape(std::string_view raw, std::string_view& out) {
  if (bytes_.size() < size_) bytes_.resize(size_);
  if (bytes_.size() - used_ < raw.size()) return false;
  char* const first = bytes_.data() + used_;
  char* to = first;
  const char* const end = raw.data() + raw.size();
  for (const char* at = raw.data(); at < end;) {
    if (*at != '\\') {
      const char* const stop = std::max(at + 1, std::min(plain_end(at, end).at, end));
      to = std::copy(at, stop, to);
      at = stop;
      continue;
    }
    const char kind = at[1];  // a string never ends in a lone backslash
    at += 2;
    if (kind == 'u') {
      const int code = escaped_code(at, end);
      if (code < 0) return false;
      to = put_utf8(to, static_cast<unsigned>(code));
      continue;
    }
    if (kind != '"' && kind != '\\' && kind != '/') return false;  // control characters: rare and seldom meant
    *to++ = kind;
  }
  used_ += static_cast<std::size_t>(to - first);
  out = {first, static_cast<std::size_t>(to - first)};
  return true;
}

const char* read_any_number(const char* at, double& out) {
  NumberShape shape;
  const char* const last = shape.read(at);
  if (last == nullptr) return nullptr;
  if (!shape.exponent && shape.count <= 15) {
    out = static_cast<double>(shape.digits) / kTens[shape.scale];
    if (shape.negative) out = -out;
    return last;
  }
  const auto [stop, error] = std::from_chars(at, last, out);
  return error == std::errc() && stop == last && std::isfinite(out) ? last : nullptr;
}

bool TokenCursor::any_number(double& out) {
  const char* const last = read_any_number(place(), out);
  if (last == nullptr || !ends_at_next(last)) return false;
  ++at_;
  return true;
}

bool TokenCursor::literal(std::string_view name) {
  if (std::memcmp(place(), name.data(), name.size()) != 0 || !ends_at_next(place() + name.size())) return false;
  ++at_;
  return true;
}

bool TokenCursor::boolean(bool& out) {
  out = peek() == 't';
  return literal(out ? "true" : "false");
}

bool TokenCursor::skip(int depth) {
  if (depth > kMaxDepth) return false;
  std::string_view text;
  double value = 0;
  switch (peek()) {
    case '"':
      return string(text);
    case '{':
      return object([&](const char*) { return skip(depth + 1); });
    case '[':
      return array([&] { return skip(depth + 1); });
    case 't':
      return literal("true");
    case 'f':
      return literal("false");
    case 'n':
      return literal("null");
    default:
      return number(value);
  }
}

}  // namespace ava::sample
