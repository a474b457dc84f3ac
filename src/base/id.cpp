#include "base/id.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>

#include "base/clock.hpp"

namespace ava {

namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/// The bits of a UUIDv7 that are not version or variant.
struct Stamp {
  std::uint64_t ms = 0;     ///< 48 bits
  std::uint64_t count = 0;  ///< 12 + 52 bits that order the ids of one millisecond
  std::uint64_t noise = 0;  ///< 10 bits
};

std::uint64_t random_bits(int bits) {
  std::uint64_t value = 0;
  randombytes_buf(&value, sizeof value);
  return value >> (64 - bits);
}

/// Later calls give larger stamps, also within a millisecond and when the clock was set back (RFC 9562, 6.2 method 2):
/// lists sort by id for "newest first". The steps are random, so that no id tells the next one.
Stamp next_stamp() {
  static std::mutex mutex;
  static Stamp last;
  const auto now = static_cast<std::uint64_t>(Clock::system().now_ms());
  const std::lock_guard lock(mutex);
  const std::uint64_t before = last.count;
  last.count += 1 + random_bits(32);
  if (now > last.ms || last.count < before) {
    last.ms = std::max(now, last.ms + 1);
    last.count = random_bits(63);  // the free top bit leaves room for 2^31 more
  }
  last.noise = random_bits(10);
  return last;
}

}  // namespace

std::string new_uuid7() {
  const Stamp stamp = next_stamp();
  std::array<std::uint8_t, 16> uuid{};
  for (int i = 0; i < 6; ++i) uuid[i] = static_cast<std::uint8_t>(stamp.ms >> (8 * (5 - i)));
  uuid[6] = static_cast<std::uint8_t>(0x70 | (stamp.count >> 60));
  uuid[7] = static_cast<std::uint8_t>(stamp.count >> 52);
  const std::uint64_t rest = (2ull << 62) | ((stamp.count << 10) & 0x3fff'ffff'ffff'ffffull) | stamp.noise;
  for (int i = 0; i < 8; ++i) uuid[8 + i] = static_cast<std::uint8_t>(rest >> (8 * (7 - i)));

  // 128 bits as 26 characters of 5 bits: the first character holds the top 3 bits.
  std::string text(26, '0');
  unsigned __int128 value = 0;
  for (const std::uint8_t byte : uuid) value = (value << 8) | byte;
  for (int i = 25; i >= 0; --i) {
    text[i] = kAlphabet[static_cast<std::size_t>(value & 31)];
    value >>= 5;
  }
  return text;
}

bool is_uuid7_text(std::string_view text) {
  return text.size() == 26 && text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

std::string random_hex(std::size_t bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(bytes * 2);
  for (std::size_t i = 0; i < bytes; ++i) {
    const std::uint32_t byte = randombytes_uniform(256);
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

}  // namespace ava
