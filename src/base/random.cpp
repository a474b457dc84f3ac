#include "base/random.hpp"

namespace ava {

namespace {
/// David Stafford's variant 13 of the MurmurHash3 finaliser.
std::uint64_t finalise(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}
constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ull;
}  // namespace

std::uint64_t random_at(std::uint64_t key, std::uint64_t counter) {
  return finalise(finalise(key + kStep) + (counter + 1) * kStep);
}

std::uint64_t random_key(std::uint64_t seed, std::string_view stream) {
  std::uint64_t hash = 0xCBF29CE484222325ull;  // FNV-1a
  for (const char c : stream) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return random_at(seed, hash);
}

std::uint64_t random_below(std::uint64_t key, std::uint64_t counter, std::uint64_t bound) {
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(random_at(key, counter)) * bound) >> 64);
}

double random_unit(std::uint64_t key, std::uint64_t counter) {
  return static_cast<double>(random_at(key, counter) >> 11) * 0x1.0p-53;
}

}  // namespace ava
