#include "pipeline/near.hpp"

#include <bit>
#include <map>
#include <set>

#include "base/random.hpp"
#include "base/testing.hpp"

namespace ava::pipeline {
namespace {

using Pairs = std::map<std::pair<std::uint32_t, std::uint32_t>, int>;

Pairs near(const std::vector<std::uint64_t>& hashes, int most_bits) {
  Pairs pairs;
  each_near(hashes, most_bits, [&](std::uint32_t a, std::uint32_t b, int bits) {
    EXPECT_TRUE(pairs.emplace(std::minmax(a, b), bits).second) << a << ' ' << b << " twice";
  });
  return pairs;
}

TEST(Near, EqualOnesMeetTheFirst) { EXPECT_EQ(near({5, 9, 5, 5}, 0), (Pairs{{{0, 2}, 0}, {{0, 3}, 0}})); }

TEST(Near, FlatPicturesSayNothing) { EXPECT_TRUE(near({0, 0, ~0ull, ~0ull}, 3).empty()); }

TEST(Near, FindsExactlyWhatComparingAllFinds) {
  std::vector<std::uint64_t> hashes;
  for (std::uint64_t i = 0; i < 60; ++i) {
    const std::uint64_t hash = random_at(random_key(7, "near"), i);
    hashes.push_back(hash);
    for (std::uint64_t copy = 0; copy < 4; ++copy) {
      std::uint64_t changed = hash;
      for (std::uint64_t bit = 0; bit <= copy * 2; ++bit) changed ^= 1ull << random_below(i * 4 + copy, bit, 64);
      hashes.push_back(changed);
    }
  }
  for (const int most : {1, 3, 6, 10}) {
    Pairs expected;
    std::set<std::uint64_t> seen;
    for (std::uint32_t a = 0; a < hashes.size(); ++a)
      for (std::uint32_t b = a + 1; b < hashes.size(); ++b)
        if (std::popcount(hashes[a] ^ hashes[b]) <= most && hashes[a] != hashes[b])
          expected.emplace(std::pair(a, b), std::popcount(hashes[a] ^ hashes[b]));
    EXPECT_EQ(near(hashes, most), expected) << most;
  }
}

TEST(DisjointSets, TheSmallestNumberNamesASet) {
  DisjointSets sets(5);
  EXPECT_TRUE(sets.unite(4, 2));
  EXPECT_TRUE(sets.unite(3, 4));
  EXPECT_FALSE(sets.unite(2, 3));
  EXPECT_EQ(sets.find(4), 2u);
  EXPECT_EQ(sets.find(0), 0u);
}

}  // namespace
}  // namespace ava::pipeline
