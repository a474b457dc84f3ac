// The two loops that reading a line of known shape consists of: comparing with fixed text, and finding the end of a
// JSON string. Sixteen bytes at a time where the machine has SSE2 (every x86-64), byte by byte elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace ava::sample {

/// Of ASCII, whatever the locale.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What was found at the end of the plain part of a string.
struct StringEnd {
  const char* at = nullptr;  ///< at the first quote, backslash or control character
  bool ascii = true;         ///< nothing before it was above 0x7F
};

#if defined(__SSE2__)

/// a[0..n) == b[0..n). Sixteen bytes behind both are readable.
inline bool same_bytes(const char* a, const char* b, std::size_t n) {
  const auto differ = [&](std::size_t i) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a + i));
    const __m128i y = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b + i));
    return ~static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(x, y))) & 0xFFFFU;
  };
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16)
    if (differ(i) != 0) return false;
  return (differ(i) & ((1U << (n - i)) - 1)) == 0;
}

/// Stops in the sixteen bytes behind `end` at the latest; a place at or behind `end` means that the string is open.
inline StringEnd plain_end(const char* at, const char* end) {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1F);
  unsigned high = 0;
  for (; at < end; at += 16) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(x, last_control), x);
    const __m128i stop = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, backslash)), control);
    const auto stops = static_cast<unsigned>(_mm_movemask_epi8(stop));
    const auto above = static_cast<unsigned>(_mm_movemask_epi8(x));
    if (stops != 0) {
      const unsigned before = (stops & (0U - stops)) - 1;
      return {at + __builtin_ctz(stops), (high | (above & before)) == 0};
    }
    high |= above;
  }
  return {at, high == 0};
}

#else

inline bool same_bytes(const char* a, const char* b, std::size_t n) { return std::memcmp(a, b, n) == 0; }

inline StringEnd plain_end(const char* at, const char* end) {
  unsigned char all = 0;
  for (; at < end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at) > 0x1F; ++at)
    all |= static_cast<unsigned char>(*at);
  return {at, all < 0x80};
}

#endif

/// RFC 3629, as simdjson checks it: no overlong forms, no surrogates, nothing above U+10FFFF.
inline bool is_utf8(const char* at, const char* end) {
  const auto tail = [&](int i) { return (static_cast<unsigned char>(at[i]) & 0xC0) == 0x80; };
  while (at < end) {
    const auto lead = static_cast<unsigned char>(*at);
    if (lead < 0x80) {
      ++at;
    } else if (lead < 0xE0) {
      if (lead < 0xC2 || end - at < 2 || !tail(1)) return false;
      at += 2;
    } else if (lead < 0xF0) {
      if (end - at < 3 || !tail(1) || !tail(2)) return false;
      const auto second = static_cast<unsigned char>(at[1]);
      if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return false;
      at += 3;
    } else {
      if (lead > 0xF4 || end - at < 4 || !tail(1) || !tail(2) || !tail(3)) return false;
      const auto second = static_cast<unsigned char>(at[1]);
      if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return false;
      at += 4;
    }
  }
  return true;
}

}  // namespace ava::sample
