#include "base/crc32c.hpp"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ava {

namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // bits reversed

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// Table k moves the remainder of a byte on by k more bytes, so that eight bytes are taken at once.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = rest;
  }
  for (std::size_t k = 1; k < tables.size(); ++k)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t near = tables[k - 1][byte];
      tables[k][byte] = (near >> 8) ^ tables[0][near & 0xFF];
    }
  return tables;
}

constexpr Tables kTables = make_tables();

std::uint64_t load(const char* at) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::string_view bytes, std::uint32_t before) {
  std::uint64_t rest = ~before;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  for (; end - at >= 8; at += 8) rest = _mm_crc32_u64(rest, load(at));
  auto last = static_cast<std::uint32_t>(rest);
  for (; at < end; ++at) last = _mm_crc32_u8(last, static_cast<unsigned char>(*at));
  return ~last;
}

bool has_instruction() {
  static const bool kHas = __builtin_cpu_supports("sse4.2") != 0;
  return kHas;
}

#else

bool has_instruction() { return false; }
std::uint32_t by_instruction(std::string_view, std::uint32_t before) { return before; }

#endif

}  // namespace

namespace detail {

std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t before) {
  std::uint32_t rest = ~before;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  for (; end - at >= 8; at += 8) {
    const std::uint64_t word = load(at) ^ rest;
    rest = 0;
    for (std::size_t k = 0; k < 8; ++k) rest ^= kTables[7 - k][(word >> (8 * k)) & 0xFF];
  }
  for (; at < end; ++at) rest = (rest >> 8) ^ kTables[0][(rest ^ static_cast<unsigned char>(*at)) & 0xFF];
  return ~rest;
}

}  // namespace detail

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
  return has_instruction() ? by_instruction(bytes, before) : detail::crc32c_by_table(bytes, before);
}

}  // namespace ava
