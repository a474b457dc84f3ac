// Counter-based random numbers: a value is a function of (seed, stream, counter) only, so neither threads nor time
// nor a crash can change what is drawn.
#pragma once

#include <cstdint>
#include <string_view>

namespace ava {

/// Mix a key and a counter to 64 well-distributed bits (splitmix64, started at the key's own hash).
std::uint64_t random_at(std::uint64_t key, std::uint64_t counter);
/// Derive a key from a seed and a name ("split", "shuffle/3").
std::uint64_t random_key(std::uint64_t seed, std::string_view stream);
/// A value in [0, bound), bound > 0, without modulo bias worth measuring (128-bit multiply).
std::uint64_t random_below(std::uint64_t key, std::uint64_t counter, std::uint64_t bound);
/// A double in [0, 1) with 53 random bits.
double random_unit(std::uint64_t key, std::uint64_t counter);

}  // namespace ava
