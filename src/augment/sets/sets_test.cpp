// The sets that choose their operations themselves.
#include <set>

#include "augment/testing.hpp"
#include "base/testing.hpp"

namespace ava::augment {
namespace {

using testing::box_entry;
using testing::meadow;
using testing::perform;
using testing::replay;
using testing::row_of;
using testing::spec_from;

TEST(RandAugment, DoesAsManyAsAskedAndKnowsItsWholeList) {
  std::set<std::string_view> met;
  for (std::uint64_t key = 0; key < 100; ++key) {
    Scene scene(row_of({}), meadow(16, 12));
    ASSERT_OK_AND(const auto steps, perform(spec_from("randaugment/3,9"), scene, key));
    EXPECT_EQ(steps.size(), 3U);
    for (const Step& step : steps) met.insert(step.op->description().name);
  }
  EXPECT_EQ(met.size(), 11U);  // shear and translate are in it twice
}

TEST(RandAugment, IsAsStrongAsItsMagnitude) {
  for (std::uint64_t key = 0; key < 60; ++key) {
    Scene scene(row_of({}), meadow(16, 12));
    ASSERT_OK_AND(const auto steps, perform(spec_from("randaugment/2,15"), scene, key));
    for (const Step& step : steps) {
      const std::string_view name = step.op->description().name;
      EXPECT_TRUE(name != "rotate" || std::abs(step.number(0)) == 15) << step.str();
      EXPECT_TRUE(name != "posterise" || step.number(0) == 6) << step.str();
      EXPECT_TRUE(name != "translate" || std::abs(step.number(0) + step.number(1)) == 0.225) << step.str();
    }
  }
}

TEST(RandAugment, OfMagnitudeZeroMovesNothing) {
  for (std::uint64_t key = 0; key < 20; ++key) {
    Scene scene(row_of({box_entry({2, 2, 8, 8})}), meadow(16, 12));
    ASSERT_OK(perform(spec_from("randaugment/2,0"), scene, key));
    EXPECT_EQ(scene.sample(), row_of({box_entry({2, 2, 8, 8})}));
  }
}

TEST(AugMix, OfOneChainAloneIsThatChain) {
  Scene mixed(row_of({}), meadow(32, 24));
  ASSERT_OK(replay("augment(augmix/1,2,1,1,posterise%2F3%3Bsolarise%2F0.6,0,,0,)", mixed));
  Scene plain(row_of({}), meadow(32, 24));
  ASSERT_OK(replay("augment(posterise/3;solarise/0.6)", plain));
  EXPECT_EQ(mixed.pixels().value()->data, plain.pixels().value()->data);
}

TEST(AugMix, WeighsItsChains) {
  Scene scene(row_of({}), image::Pixels{1, 1, 1, {100}});
  // A quarter of 100, and three quarters of the mean of 155 and 100.
  ASSERT_OK(replay("augment(augmix/2,1,0.75,0.5,invert,0.5,,0,)", scene));
  EXPECT_EQ(scene.pixels().value()->data[0], 121);
}

TEST(AugMix, RefusesChainsThatMovePixels) {
  for (const std::string chain : {"flop", "augmix%2F1%2C1%2C0%2C1%2C%2C0%2C%2C0%2C"}) {
    Scene scene(row_of({}), meadow(8, 8));
    EXPECT_ERROR(replay("augment(augmix/1,1,1,1," + chain + ",0,,0,)", scene), "op.bad_argument");
  }
}

}  // namespace
}  // namespace ava::augment
