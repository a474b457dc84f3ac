#include "base/id.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>

#include "base/clock.hpp"

namespace ava {

namespace {
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
}

std::string new_uuid7() {
  std::array<std::uint8_t, 16> uuid{};
  randombytes_buf(uuid.data(), uuid.size());
  const auto ms = static_cast<std::uint64_t>(Clock::system().now_ms());
  for (int i = 0; i < 6; ++i) uuid[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
  uuid[6] = static_cast<std::uint8_t>(0x70 | (uuid[6] & 0x0F));
  uuid[8] = static_cast<std::uint8_t>(0x80 | (uuid[8] & 0x3F));

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
