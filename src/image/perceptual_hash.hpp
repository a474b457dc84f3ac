// A 64-bit fingerprint of what a picture shows: nearly the same for copies that were resized, re-encoded or slightly
// brightened; far apart for different pictures.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "image/codec.hpp"

namespace ava::image {

/// Gradient hash: the picture (upright, grey) averaged to 9 x 8 cells; bit i says whether a cell is darker than its
/// right neighbour, row by row from the top left, first bit lowest. A flat picture gives 0. Errors: as decode(). The
/// same bytes give the same hash on any machine with this decoder.
Result<std::uint64_t> perceptual_hash(std::string_view bytes);
std::uint64_t perceptual_hash(const Pixels& pixels);
/// Caches hold hashes by this text: raise the number whenever the hash of a picture changes.
inline constexpr std::string_view kPerceptualHashVersion = "gradient hash 1";

/// In how many of the 64 bits two fingerprints differ. Copies: 0 to about 4; strangers: about 32.
inline int distance(std::uint64_t a, std::uint64_t b) { return std::popcount(a ^ b); }

}  // namespace ava::image
