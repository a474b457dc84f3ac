#include "image/area.hpp"

#include <algorithm>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace ava::image {

namespace {

constexpr int kGroup = 4;
// A sample between the two passes has 7 bits behind the point: it fits 16 bits, a product of it with a weight 32.
constexpr int kKept = 7;
constexpr int kDown = AreaWeights::kBits - kKept;
constexpr int kAcross = AreaWeights::kBits + kKept;
constexpr int kWidest = 8;  // samples a step of the passes makes

#if defined(__SSE2__)

__m128i load_8_bytes(const void* at) { return _mm_loadl_epi64(static_cast<const __m128i*>(at)); }

/// One row of `width` samples out of `taps` old rows.
void pass_down(const AreaWeights& down, int j, const std::uint8_t* from, std::size_t stride, int width,
               std::int16_t* out) {
  const __m128i half = _mm_set1_epi32(1 << (kDown - 1));
  const int last = down.from() - 1;
  for (int x = 0; x < width; x += kWidest) {
    __m128i low = half;
    __m128i high = half;
    for (int tap = 0; tap < down.taps(); tap += 2) {
      std::int32_t pair;
      std::memcpy(&pair, down.four(tap / kGroup, j) + tap % kGroup, sizeof pair);
      if (pair == 0) break;
      const auto row = [&](int i) {
        return from + static_cast<std::size_t>(std::min(down.first(j) + i, last)) * stride;
      };
      const __m128i both = _mm_unpacklo_epi8(load_8_bytes(row(tap) + x), load_8_bytes(row(tap + 1) + x));
      const __m128i weights = _mm_set1_epi32(pair);
      low = _mm_add_epi32(low, _mm_madd_epi16(_mm_unpacklo_epi8(both, _mm_setzero_si128()), weights));
      high = _mm_add_epi32(high, _mm_madd_epi16(_mm_unpackhi_epi8(both, _mm_setzero_si128()), weights));
    }
    const __m128i samples = _mm_packs_epi32(_mm_srai_epi32(low, kDown), _mm_srai_epi32(high, kDown));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + x), samples);
  }
}

void pass_across(const AreaWeights& across, const std::int16_t* row, std::uint8_t* out) {
  const __m128i half = _mm_set1_epi32(1 << (kAcross - 1));
  for (int j = 0; j < across.padded(); j += kGroup) {
    __m128i sum = half;
    for (int group = 0; group * kGroup < across.taps(); ++group) {
      const std::int16_t* weights = across.four(group, j);
      const auto two = [&](int at) {
        const __m128i samples = _mm_unpacklo_epi64(load_8_bytes(row + across.first(at) + group * kGroup),
                                                   load_8_bytes(row + across.first(at + 1) + group * kGroup));
        const auto* of_both = reinterpret_cast<const __m128i*>(weights + kGroup * (at - j));
        return _mm_castsi128_ps(_mm_madd_epi16(samples, _mm_loadu_si128(of_both)));
      };
      const __m128 a = two(j);
      const __m128 b = two(j + 2);
      sum = _mm_add_epi32(sum, _mm_castps_si128(_mm_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0))));
      sum = _mm_add_epi32(sum, _mm_castps_si128(_mm_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1))));
    }
    const __m128i words = _mm_packs_epi32(_mm_srai_epi32(sum, kAcross), _mm_setzero_si128());
    const std::int32_t four = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
    std::memcpy(out + j, &four, sizeof four);
  }
}

#else

void pass_down(const AreaWeights& down, int j, const std::uint8_t* from, std::size_t stride, int width,
               std::int16_t* out) {
  const int last = down.from() - 1;
  for (int x = 0; x < width; ++x) {
    std::int32_t sum = 1 << (kDown - 1);
    for (int tap = 0; tap < down.taps(); ++tap)
      sum += down.four(tap / kGroup, j)[tap % kGroup] *
             from[static_cast<std::size_t>(std::min(down.first(j) + tap, last)) * stride + static_cast<std::size_t>(x)];
    out[x] = static_cast<std::int16_t>(sum >> kDown);
  }
}

void pass_across(const AreaWeights& across, const std::int16_t* row, std::uint8_t* out) {
  for (int j = 0; j < across.to(); ++j) {
    std::int32_t sum = 1 << (kAcross - 1);
    for (int tap = 0; tap < across.taps(); ++tap)
      sum += across.four(tap / kGroup, j)[tap % kGroup] * row[across.first(j) + tap];
    out[j] = static_cast<std::uint8_t>(sum >> kAcross);
  }
}

#endif

}  // namespace

AreaWeights::AreaWeights(int from, int to, std::int64_t num, std::int64_t den)
    : from_(from), to_(to), padded_((to + kGroup - 1) / kGroup * kGroup) {
  const std::int64_t end = from * den;
  const auto begin_of = [&](int j) { return static_cast<int>(j * num / den); };
  const auto end_of = [&](int j) { return std::min(end, (j + 1) * num); };
  for (int j = 0; j < to; ++j) taps_ = std::max(taps_, static_cast<int>((end_of(j) + den - 1) / den) - begin_of(j));
  taps_ = (taps_ + kGroup - 1) / kGroup * kGroup;
  first_.assign(static_cast<std::size_t>(padded_), 0);
  weights_.assign(static_cast<std::size_t>(padded_ * taps_), 0);
  for (int j = 0; j < to; ++j) {
    first_[static_cast<std::size_t>(j)] = begin_of(j);
    const std::int64_t begin = j * num;
    const std::int64_t covered = end_of(j) - begin;
    std::int64_t before = 0;
    // Differences of rounded sums, so that the weights of a sample add up to one.
    for (int tap = 0; tap < taps_; ++tap) {
      const std::int64_t until = std::min(end_of(j), (begin_of(j) + tap + 1) * den) - begin;
      const std::int64_t sum = ((until << kBits) + covered / 2) / covered;
      weights_[static_cast<std::size_t>(kGroup * (tap / kGroup * padded_ + j) + tap % kGroup)] =
          static_cast<std::int16_t>(sum - before);
      before = sum;
      if (until == covered) break;
    }
  }
}

void shrink_area(const AreaWeights& across, const AreaWeights& down, const std::uint8_t* from, std::size_t from_stride,
                 std::uint8_t* to, std::size_t to_stride) {
  // The taps of the last samples may reach beyond the row, with a weight of 0, to what is no sample.
  std::vector<std::int16_t> row(static_cast<std::size_t>(across.from() + across.taps() + kWidest));
  for (int j = 0; j < down.to(); ++j) {
    pass_down(down, j, from, from_stride, across.from(), row.data());
    std::fill_n(row.begin() + across.from(), kWidest, std::int16_t{0});
    pass_across(across, row.data(), to + static_cast<std::size_t>(j) * to_stride);
  }
}

}  // namespace ava::image
