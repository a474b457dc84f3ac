#include "pipeline/near.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <tuple>
#include <utility>

namespace ava::pipeline {

DisjointSets::DisjointSets(std::uint32_t count) : parent_(count) {
  std::iota(parent_.begin(), parent_.end(), std::uint32_t{0});
}

std::uint32_t DisjointSets::find(std::uint32_t item) {
  while (parent_[item] != item) item = parent_[item] = parent_[parent_[item]];
  return item;
}

bool DisjointSets::unite(std::uint32_t a, std::uint32_t b) {
  a = find(a);
  b = find(b);
  if (a == b) return false;
  parent_[std::max(a, b)] = std::min(a, b);
  return true;
}

namespace {

struct Hashed {
  std::uint64_t hash;
  std::uint32_t position;  ///< of the first item that has it
};

bool says_nothing(std::uint64_t hash) { return hash == 0 || hash == ~std::uint64_t{0}; }

/// Different hashes with the first position of each, ascending; equal ones are told to `found`.
std::vector<Hashed> different(std::span<const std::uint64_t> hashes,
                              const std::function<void(std::uint32_t, std::uint32_t, int)>& found) {
  std::vector<Hashed> all;
  for (std::uint32_t i = 0; i < hashes.size(); ++i)
    if (!says_nothing(hashes[i])) all.push_back({hashes[i], i});
  std::sort(all.begin(), all.end(), [](const Hashed& a, const Hashed& b) {
    return std::pair(a.hash, a.position) < std::pair(b.hash, b.position);
  });
  std::size_t kept = 0;
  for (const Hashed& entry : all) {
    if (kept > 0 && all[kept - 1].hash == entry.hash)
      found(all[kept - 1].position, entry.position, 0);
    else
      all[kept++] = entry;
  }
  all.resize(kept);
  return all;
}

/// Mask of band `b` of `bands`.
std::uint64_t band_mask(int b, int bands) {
  const int from = 64 * b / bands;
  const int to = 64 * (b + 1) / bands;
  const std::uint64_t below = to == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << to) - 1;
  return below & ~((std::uint64_t{1} << from) - 1);
}

}  // namespace

void each_near(std::span<const std::uint64_t> hashes, int most_bits,
               const std::function<void(std::uint32_t, std::uint32_t, int)>& found) {
  std::vector<Hashed> entries = different(hashes, found);
  const int bands = std::clamp(most_bits, 0, kMostNearBits) + 1;
  for (int band = 0; band < bands && most_bits > 0; ++band) {
    const std::uint64_t mask = band_mask(band, bands);
    std::sort(entries.begin(), entries.end(), [mask](const Hashed& a, const Hashed& b) {
      return std::tuple(a.hash & mask, a.hash) < std::tuple(b.hash & mask, b.hash);
    });
    // Two hashes may agree in several bands: they are told in the first of them.
    const auto agreed_before = [&](std::uint64_t differ) {
      for (int earlier = 0; earlier < band; ++earlier)
        if ((differ & band_mask(earlier, bands)) == 0) return true;
      return false;
    };
    for (std::size_t from = 0; from < entries.size(); ++from)
      for (std::size_t to = from + 1; to < entries.size(); ++to) {
        const std::uint64_t differ = entries[from].hash ^ entries[to].hash;
        if ((differ & mask) != 0) break;
        const int bits = std::popcount(differ);
        if (bits <= most_bits && !agreed_before(differ)) found(entries[from].position, entries[to].position, bits);
      }
  }
}

}  // namespace ava::pipeline
