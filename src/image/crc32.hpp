// CRC-32 as PNG and zip use it, by the processor's carry-less multiplication where it has one: zlib's tables take
// longer over a small picture than everything else that is done with it.
#pragma once

#include <cstdint>
#include <string_view>

namespace ava::image {

/// Same as zlib's crc32(0, ...).
std::uint32_t crc32_of(std::string_view bytes);

}  // namespace ava::image
