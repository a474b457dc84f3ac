// The inner loop of two SHA-256 digests at once. One digest alone waits for its own last round; two that are
// independent fill each other's gaps, so that both take about as long as one. Used by digest.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ava::detail {

/// Whether this processor has SHA instructions; without them sha256_blocks_pair() must not be called.
bool has_sha_instructions();
/// Take `count` blocks of 64 bytes into each of two states of eight words.
void sha256_blocks_pair(std::uint32_t* first, const unsigned char* first_blocks, std::uint32_t* second,
                        const unsigned char* second_blocks, std::size_t count);

}  // namespace ava::detail
