#include "image/crc32.hpp"

#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ava::image {

namespace {

std::uint32_t by_table(std::uint32_t before, std::string_view bytes) {
  return static_cast<std::uint32_t>(crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

#if defined(__x86_64__)

#define AVA_FOLD_CODE __attribute__((target("pclmul,sse4.1"), always_inline)) inline

AVA_FOLD_CODE __m128i load(const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }

/// `far` moved on by the distance the two constants stand for, and added to what lies there.
AVA_FOLD_CODE __m128i fold(__m128i far, __m128i constants, __m128i near) {
  const __m128i low = _mm_clmulepi64_si128(far, constants, 0x00);
  const __m128i high = _mm_clmulepi64_si128(far, constants, 0x11);
  return _mm_xor_si128(near, _mm_xor_si128(low, high));
}

/// The remainder of 16 bytes by the polynomial: to 96, then 64 bits, then Barrett's reduction.
AVA_FOLD_CODE std::uint32_t reduce(__m128i rest, __m128i by_16) {
  const __m128i words = _mm_setr_epi32(-1, 0, -1, 0);
  const __m128i by_8 = _mm_set_epi64x(0, 0x163cd6124);
  const __m128i polynomial = _mm_set_epi64x(0x1f7011641, 0x1db710641);  // its inverse, and itself
  rest = _mm_xor_si128(_mm_srli_si128(rest, 8), _mm_clmulepi64_si128(rest, by_16, 0x10));
  rest = _mm_xor_si128(_mm_srli_si128(rest, 4), _mm_clmulepi64_si128(_mm_and_si128(rest, words), by_8, 0x00));
  __m128i times = _mm_clmulepi64_si128(_mm_and_si128(rest, words), polynomial, 0x10);
  times = _mm_clmulepi64_si128(_mm_and_si128(times, words), polynomial, 0x00);
  return static_cast<std::uint32_t>(_mm_extract_epi32(_mm_xor_si128(rest, times), 1));
}

/// `bytes` is a multiple of 16 long, and at least 64. Constants: x^n mod the polynomial, bits reversed, for the
/// distance of 64 and of 16 bytes.
__attribute__((target("pclmul,sse4.1"))) std::uint32_t by_folding(std::string_view bytes) {
  const __m128i by_64 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
  const __m128i by_16 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  __m128i lanes[4];
  for (int i = 0; i < 4; ++i) lanes[i] = load(at + 16 * i);
  lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128(-1));
  for (at += 64; end - at >= 64; at += 64)
    for (int i = 0; i < 4; ++i) lanes[i] = fold(lanes[i], by_64, load(at + 16 * i));
  __m128i rest = lanes[0];
  for (int i = 1; i < 4; ++i) rest = fold(rest, by_16, lanes[i]);
  for (; at < end; at += 16) rest = fold(rest, by_16, load(at));
  return ~reduce(rest, by_16);
}

bool can_fold() {
  static const bool kCan = __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse4.1") != 0;
  return kCan;
}

#else

bool can_fold() { return false; }
std::uint32_t by_folding(std::string_view) { return 0; }

#endif

}  // namespace

std::uint32_t crc32_of(std::string_view bytes) {
  const std::size_t folded = bytes.size() / 16 * 16;
  if (folded < 64 || !can_fold()) return by_table(0, bytes);
  return by_table(by_folding(bytes.substr(0, folded)), bytes.substr(folded));
}

}  // namespace ava::image
