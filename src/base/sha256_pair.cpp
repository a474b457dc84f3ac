#include "base/sha256_pair.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace ava::detail {

#if defined(__x86_64__)

namespace {

alignas(16) constexpr std::uint32_t kRoundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define AVA_SHA_CODE __attribute__((target("sha,sse4.1"), always_inline)) inline

/// One digest's state as the processor wants it, and the 16 words its message schedule stands on.
struct Lane {
  __m128i abef;
  __m128i cdgh;
  __m128i words[4];
};

AVA_SHA_CODE void load_state(Lane& lane, const std::uint32_t* state) {
  const __m128i low = _mm_shuffle_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(state)), 0xB1);
  const __m128i high = _mm_shuffle_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(state + 4)), 0x1B);
  lane.abef = _mm_alignr_epi8(low, high, 8);
  lane.cdgh = _mm_blend_epi16(high, low, 0xF0);
}

AVA_SHA_CODE void store_state(const Lane& lane, std::uint32_t* state) {
  const __m128i feba = _mm_shuffle_epi32(lane.abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(lane.cdgh, 0xB1);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state), _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/// Four of the 64 rounds; `block` is read in the first four steps.
AVA_SHA_CODE void four_rounds(Lane& lane, int step, const unsigned char* block) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i& word = lane.words[step & 3];
  if (step < 4) {
    word = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(block) + step), swap);
  } else {
    const __m128i& last = lane.words[(step + 3) & 3];
    const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(word, lane.words[(step + 1) & 3]),
                                      _mm_alignr_epi8(last, lane.words[(step + 2) & 3], 4));
    word = _mm_sha256msg2_epu32(sum, last);
  }
  const __m128i in = _mm_add_epi32(word, _mm_load_si128(reinterpret_cast<const __m128i*>(kRoundConstants) + step));
  lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, in);
  lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32(in, 0x0E));
}

}  // namespace

bool has_sha_instructions() {
  static const bool kHas = [] {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    constexpr unsigned kSha = 1u << 29;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & kSha) != 0 && __builtin_cpu_supports("sse4.1") != 0;
  }();
  return kHas;
}

__attribute__((target("sha,sse4.1"))) void sha256_blocks_pair(std::uint32_t* first, const unsigned char* first_blocks,
                                                              std::uint32_t* second, const unsigned char* second_blocks,
                                                              std::size_t count) {
  Lane a;
  Lane b;
  load_state(a, first);
  load_state(b, second);
  for (; count > 0; --count, first_blocks += 64, second_blocks += 64) {
    const __m128i before[4] = {a.abef, a.cdgh, b.abef, b.cdgh};
#pragma GCC unroll 16
    for (int step = 0; step < 16; ++step) {
      four_rounds(a, step, first_blocks);
      four_rounds(b, step, second_blocks);
    }
    a.abef = _mm_add_epi32(a.abef, before[0]);
    a.cdgh = _mm_add_epi32(a.cdgh, before[1]);
    b.abef = _mm_add_epi32(b.abef, before[2]);
    b.cdgh = _mm_add_epi32(b.cdgh, before[3]);
  }
  store_state(a, first);
  store_state(b, second);
}

#else

bool has_sha_instructions() { return false; }
void sha256_blocks_pair(std::uint32_t*, const unsigned char*, std::uint32_t*, const unsigned char*, std::size_t) {}

#endif

}  // namespace ava::detail
