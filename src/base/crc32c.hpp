// CRC-32C (Castagnoli), the check of TFRecord and of many containers, by the processor's instruction where it has one.
#pragma once

#include <cstdint>
#include <string_view>

namespace ava {

/// Checksum of `bytes`, going on from that of the bytes before them. Source: RFC 3720 B.4.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

namespace detail {
/// The same without any special instruction; what other processors use, and what tests compare with.
std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t before);
}  // namespace detail

}  // namespace ava
