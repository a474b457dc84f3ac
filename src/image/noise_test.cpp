#include "image/noise.hpp"
#include "image/testing.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ava::image {
namespace {

struct Spread {
  double mean = 0;
  double deviation = 0;
};

Spread spread_of(const Pixels& pixels) {
  double sum = 0;
  double squares = 0;
  for (const int value : pixels.data) {
    sum += value;
    squares += value * value;
  }
  const auto count = static_cast<double>(pixels.data.size());
  const double mean = sum / count;
  return {mean, std::sqrt(squares / count - mean * mean)};
}

TEST(Noise, HasTheDeviationThatWasAskedForAndNoMean) {
  for (const double share : {0.01, 0.04, 0.1}) {
    Pixels pixels = plain(3, 128);
    add_noise(pixels, share, false, 7);
    EXPECT_NEAR(spread_of(pixels).mean, 128, 0.05 * 255 * share) << share;
    EXPECT_NEAR(spread_of(pixels).deviation, 255 * share, 0.03 * 255 * share + 0.05) << share;
  }
}

TEST(Noise, IsNormallyDistributed) {
  NormalDraws draws(3, 64 * 1000);
  int within_one = 0;
  int beyond_two = 0;
  constexpr int kCount = 20000;
  for (int i = 0; i < kCount; ++i) {
    const int value = std::abs(draws.next());
    within_one += value < 1000 ? 1 : 0;
    beyond_two += value > 2000 ? 1 : 0;
  }
  EXPECT_NEAR(within_one, 0.6827 * kCount, 0.012 * kCount);
  EXPECT_NEAR(beyond_two, 0.0455 * kCount, 0.006 * kCount);
}

TEST(Noise, TheFirstNumbersOfASeedNeverChange) {
  // Rows of lists hold seeds: other numbers would make other pictures of them.
  NormalDraws draws(42, 64 * 1000);
  std::vector<int> first;
  for (int i = 0; i < 6; ++i) first.push_back(draws.next());
  EXPECT_EQ(first, (std::vector<int>{-1145, -478, 441, -19, -2035, 1396}));
}

TEST(Noise, OneSeedGivesTheSameBytesAndAnotherGivesOthers) {
  Pixels a = plain(3, 100);
  Pixels b = a;
  Pixels c = a;
  add_noise(a, 0.05, false, 1);
  add_noise(b, 0.05, false, 1);
  add_noise(c, 0.05, false, 2);
  EXPECT_EQ(a.data, b.data);
  EXPECT_NE(a.data, c.data);
}

TEST(Noise, GreyNoiseKeepsChannelsTogether) {
  Pixels pixels = plain(3, 100);
  add_noise(pixels, 0.05, true, 1);
  for (std::size_t i = 0; i < pixels.data.size(); i += 3) {
    ASSERT_EQ(pixels.data[i], pixels.data[i + 1]);
    ASSERT_EQ(pixels.data[i], pixels.data[i + 2]);
  }
  EXPECT_GT(spread_of(pixels).deviation, 10);
}

TEST(SaltPepper, TouchesTheShareOfPixelsThatWasAskedFor) {
  Pixels pixels = plain(3, 100, 128, 128);
  add_salt_pepper(pixels, 0.1, 0.75, 5);
  int white = 0;
  int black = 0;
  for (std::size_t i = 0; i < pixels.data.size(); i += 3) {
    white += pixels.data[i] == 255 && pixels.data[i + 1] == 255 && pixels.data[i + 2] == 255 ? 1 : 0;
    black += pixels.data[i] == 0 && pixels.data[i + 1] == 0 && pixels.data[i + 2] == 0 ? 1 : 0;
  }
  EXPECT_NEAR(white, 0.075 * 128 * 128, 150);
  EXPECT_NEAR(black, 0.025 * 128 * 128, 90);
  Pixels whole = plain(1, 100);
  add_salt_pepper(whole, 1, 1, 5);
  EXPECT_EQ(whole.data, plain(1, 255).data);
}

TEST(SensorNoise, GrowsWithLightAndLeavesGreyGrey) {
  const auto deviation = [](int channels, std::uint8_t value, double colour) {
    Pixels pixels = plain(channels, value);
    add_sensor_noise(pixels, colour, 0.4, 9);
    return spread_of(pixels).deviation;
  };
  EXPECT_GT(deviation(1, 200, 0), 1.5 * deviation(1, 30, 0));
  EXPECT_GT(deviation(3, 128, 0.05), 1.3 * deviation(3, 128, 0));
  EXPECT_EQ(deviation(1, 128, 0.05), deviation(1, 128, 0));
}

TEST(Noise, NothingAskedForChangesNothing) {
  for (const int channels : {1, 3}) {
    Pixels pixels = plain(channels, 100);
    add_noise(pixels, 0, false, 1);
    add_salt_pepper(pixels, 0, 0.5, 1);
    add_sensor_noise(pixels, 0, 0, 1);
    EXPECT_EQ(pixels.data, plain(channels, 100).data);
  }
}

}  // namespace
}  // namespace ava::image
