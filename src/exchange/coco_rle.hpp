// Run lengths of COCO masks: the compressed text and the numbers. Column-major, starting with zeros.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ava::exchange {

/// Errors: `rle.bad`. Source: formats.md 12.1.
Result<std::vector<std::uint32_t>> decode_rle(std::string_view text);
std::string encode_rle(const std::vector<std::uint32_t>& runs);

}  // namespace ava::exchange
