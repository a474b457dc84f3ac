// Where the tokens of a stretch of JSON lines begin, found by simdjson's first stage in one go, and a cursor that walks
// them. The walk checks the grammar, compares and converts in place; it knows nothing of AVA's lists
// (line_scanner.cpp).
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace ava::sample {

inline bool is_json_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// A member name with its closing quote, ready to be compared with a raw key as one number.
struct Key {
  std::uint64_t word = 0;
  std::uint64_t mask = 0;
  std::string_view rest;  ///< behind the first eight bytes

  template <std::size_t N>
  consteval Key(const char (&name)[N]) : rest(name, N - 1) {  // NOLINT(google-explicit-constructor): is a literal
    for (std::size_t i = 0; i < 8 && i < N - 1; ++i) {
      const std::size_t shift = std::endian::native == std::endian::little ? i : 7 - i;
      word |= std::uint64_t{static_cast<unsigned char>(name[i])} << (8 * shift);
      mask |= std::uint64_t{0xFF} << (8 * shift);
    }
    rest.remove_prefix(N - 1 < 8 ? N - 1 : 8);
  }
};

/// A raw key ends at its closing quote, which is compared too: is_key(raw, "url\""). Eight bytes of it are readable.
inline bool is_key(const char* raw, const Key& key) {
  std::uint64_t word = 0;
  std::memcpy(&word, raw, sizeof word);
  return (word & key.mask) == key.word && std::memcmp(raw + 8, key.rest.data(), key.rest.size()) == 0;
}

/// text == name, without a call.
template <std::size_t N>
inline bool is_text(std::string_view text, const char (&name)[N]) {
  return text.size() == N - 1 && std::memcmp(text.data(), name, N - 1) == 0;
}

/// Thread: one at a time.
class TokenIndex {
 public:
  TokenIndex();
  ~TokenIndex();
  /// Find the tokens of `text`. `stop` points at a zero byte at or behind its end, for the tokens behind the last one.
  /// False: broken UTF-8, a control character inside a string, or a string that does not end.
  bool find(std::string_view text, const char* stop);
  const char* text() const { return text_; }
  const std::uint32_t* begin() const { return begin_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  const char* text_ = nullptr;
  const std::uint32_t* begin_ = nullptr;
};

/// Texts with escapes are kept here; it never moves what it holds. Thread: one at a time.
class TextArena {
 public:
  /// Forget all texts; room for `size` bytes is made when the first one comes.
  void reset(std::size_t size) {
    size_ = size;
    used_ = 0;
  }
  std::size_t used() const { return used_; }
  /// Forget what came behind the first `used` bytes.
  void cut(std::size_t used) { used_ = used; }
  /// Undo the escapes of the inside of a JSON string. False: an escape that only the tolerant way may judge.
  bool unescape(std::string_view raw, std::string_view& out);

 private:
  std::vector<char> bytes_;
  std::size_t size_ = 0;
  std::size_t used_ = 0;
};

/// The JSON number at `at`; a byte that is part of no number must follow somewhere. Returns the place behind it. Null:
/// no number, or too large.
const char* read_any_number(const char* at, double& out);
/// The same; a short whole number is read here.
inline const char* read_number(const char* at, double& out) {
  const char* end = at;
  unsigned value = 0;
  for (unsigned digit = 0; (digit = static_cast<unsigned char>(*end - '0')) < 10 && end - at < 9; ++end)
    value = value * 10 + digit;
  const bool whole = end != at && (*at != '0' || end - at == 1);
  if (!whole || *end == '.' || *end == 'e' || *end == 'E' || static_cast<unsigned char>(*end - '0') < 10)
    return read_any_number(at, out);
  out = value;
  return end;
}

/// Every function returns false when the tokens are not what its name says; the walk ends then.
class TokenCursor {
 public:
  void begin(const TokenIndex& index) {
    base_ = index.text();
    at_ = index.begin();
  }
  /// Go to the first token at or behind `place`. Text with no backslash is walked faster.
  void enter(const char* place, bool has_escapes, TextArena& arena) {
    while (base_ + *at_ < place) ++at_;
    has_escapes_ = has_escapes;
    arena_ = &arena;
  }
  /// Where the next token begins.
  const char* place() const { return base_ + *at_; }
  /// Where the token before it begins.
  const char* last_place() const { return base_ + at_[-1]; }
  char peek() const { return base_[*at_]; }

  bool string(std::string_view& out) {
    if (peek() != '"') return false;
    const char* const first = place() + 1;
    const char* last = base_ + at_[1] - 1;
    while (*last != '"') --last;  // only blanks can lie between a string and the next token
    if (last < first) return false;
    ++at_;
    out = {first, static_cast<std::size_t>(last - first)};
    if (!has_escapes_ || std::memchr(out.data(), '\\', out.size()) == nullptr) return true;
    return arena_->unescape(out, out);
  }
  /// A short whole number is read here, any other by the general way.
  bool number(double& out) {
    const char* const first = place();
    const char* at = first;
    unsigned value = 0;
    for (unsigned digit = 0; (digit = static_cast<unsigned char>(*at - '0')) < 10 && at - first < 9; ++at)
      value = value * 10 + digit;
    if (at != base_ + at_[1] || at == first || (*first == '0' && at - first > 1)) return any_number(out);
    out = value;
    ++at_;
    return true;
  }
  bool boolean(bool& out);
  /// Any value at all, nested no deeper than simple lists are.
  bool skip(int depth = 0);

  /// `member(key)` is called at each value with the raw key and must move past the value.
  template <class F>
  bool object(F&& member) {
    if (peek() != '{') return false;
    ++at_;
    if (peek() == '}') return ++at_, true;
    for (;;) {
      if (peek() != '"' || base_[at_[1]] != ':') return false;
      const char* const key = place() + 1;
      if (has_escapes_ && key_has_escape(key)) return false;
      at_ += 2;
      if (!member(key)) return false;
      const char next = peek();
      ++at_;
      if (next != ',') return next == '}';
    }
  }
  /// `item()` is called at each value and must move past it.
  template <class F>
  bool array(F&& item) {
    if (peek() != '[') return false;
    ++at_;
    if (peek() == ']') return ++at_, true;
    for (;;) {
      if (!item()) return false;
      const char next = peek();
      ++at_;
      if (next != ',') return next == ']';
    }
  }

 private:
  static bool key_has_escape(const char* raw) {
    while (*raw != '"' && *raw != '\\') ++raw;
    return *raw == '\\';
  }
  bool any_number(double& out);
  bool literal(std::string_view name);
  bool ends_at_next(const char* at) const {
    while (is_json_blank(*at)) ++at;
    return at == base_ + at_[1];
  }

  const char* base_ = nullptr;
  const std::uint32_t* at_ = nullptr;
  TextArena* arena_ = nullptr;
  bool has_escapes_ = false;
};

}  // namespace ava::sample
