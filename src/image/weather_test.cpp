#include "image/weather.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/testing.hpp"
#include "image/colour.hpp"
#include "image/erase.hpp"
#include "image/testing.hpp"

namespace ava::image {
namespace {

/// Values that are no longer `value`.
auto changed(const Pixels& pixels, std::uint8_t value) {
  return static_cast<std::ptrdiff_t>(pixels.data.size()) - std::count(pixels.data.begin(), pixels.data.end(), value);
}

TEST(Weather, CloudsAreSmoothAndSpreadAboutTheMiddle) {
  const std::vector<std::uint8_t> values = clouds(64, 48, 20, 3);
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  EXPECT_NEAR(mean, 128, 40);
  for (std::size_t i = 1; i < values.size(); ++i) {
    ASSERT_TRUE(i % 64 == 0 || std::abs(values[i] - values[i - 1]) < 60) << i;
  }
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  EXPECT_GT(*most - *least, 60);
}

TEST(Weather, FogBrightensTheDarkAndTakesContrast) {
  Pixels dark = plain(3, 20);
  Pixels bright = plain(3, 220);
  add_fog(dark, 0.5, 1);
  add_fog(bright, 0.5, 1);
  EXPECT_NEAR(mean_luma(dark), 124, 35);
  EXPECT_LT(mean_luma(bright) - mean_luma(dark), 0.7 * 200);
}

TEST(Weather, MoreRainHasMoreStreaks) {
  const auto bright = [](double amount) {
    Pixels pixels = plain(1, 60, 128, 96);
    EXPECT_OK(add_rain(pixels, amount, 10, 4));
    return std::count_if(pixels.data.begin(), pixels.data.end(), [](int v) { return v > 80; });
  };
  EXPECT_EQ(bright(0), 0);
  EXPECT_GT(bright(0.2), 20);
  EXPECT_GT(bright(0.8), 2 * bright(0.2));
}

TEST(Weather, AShadowDarkensAPartAsMuchAsItSays) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Pixels pixels = plain(3, 200);
    ASSERT_OK(add_shadow(pixels, 0.5, seed));
    EXPECT_EQ(*std::min_element(pixels.data.begin(), pixels.data.end()), 100) << seed;
    const double share = static_cast<double>(changed(pixels, 200)) / static_cast<double>(pixels.data.size());
    EXPECT_GT(share, 0.1) << seed;
    EXPECT_LT(share, 0.8) << seed;
  }
}

TEST(Weather, OneSeedGivesTheSameBytes) {
  const auto made = [](std::uint64_t seed) {
    Pixels pixels = plain(3, 90);
    add_fog(pixels, 0.3, seed);
    EXPECT_OK(add_rain(pixels, 0.5, -20, seed));
    EXPECT_OK(add_shadow(pixels, 0.4, seed));
    return pixels.data;
  };
  EXPECT_EQ(made(1), made(1));
  EXPECT_NE(made(1), made(2));
}

TEST(Weather, TinyPicturesAreNoFailure) {
  for (const int channels : {1, 3}) {
    Pixels pixels = plain(channels, 90, 1, 1);
    add_fog(pixels, 1, 1);
    EXPECT_OK(add_rain(pixels, 1, 45, 1));
    EXPECT_OK(add_shadow(pixels, 1, 1));
  }
}

TEST(Erase, TakesTheAreaAndNothingElse) {
  for (const int channels : {1, 3})
    for (const std::string_view name : kPaints) {
      Pixels pixels = plain(channels, 77);
      pixels.data[0] = 0;
      pixels.data[1] = 255;
      erase_area(pixels, {10, 20, 8, 5}, paint_of(name), 3);
      if (name == "mean") {
        EXPECT_LE(changed(pixels, 77), 2);
        continue;
      }
      EXPECT_NEAR(static_cast<double>(changed(pixels, 77)), 2 + 8 * 5 * channels, 3) << name;  // noise may draw a 77
    }
}

TEST(Erase, NoiseIsDrawnFromTheSeed) {
  Pixels a = plain(3, 77);
  Pixels b = a;
  Pixels c = a;
  erase_area(a, {0, 0, 64, 48}, Paint::kNoise, 1);
  erase_area(b, {0, 0, 64, 48}, Paint::kNoise, 1);
  erase_area(c, {0, 0, 64, 48}, Paint::kNoise, 2);
  EXPECT_EQ(a.data, b.data);
  EXPECT_NE(a.data, c.data);
  EXPECT_NEAR(mean_luma(a), 128, 5);
}

TEST(Erase, AGridHasAHoleInEveryCell) {
  Pixels pixels = plain(1, 77, 40, 40);
  erase_grid(pixels, Grid{10, 4, 0, 0}, Paint::kBlack, 0);
  EXPECT_EQ(changed(pixels, 77), 16 * 16);
  EXPECT_EQ(pixels.data[0], 0);
  EXPECT_EQ(pixels.data[4], 77);
  Pixels moved = plain(1, 77, 40, 40);
  erase_grid(moved, Grid{10, 4, 2, 0}, Paint::kBlack, 0);
  EXPECT_EQ(moved.data[1], 0);
  EXPECT_EQ(moved.data[2], 77);
  EXPECT_EQ(moved.data[8], 0);
  Pixels all = plain(1, 77, 40, 40);
  erase_grid(all, Grid{10, 10, 3, 3}, Paint::kBlack, 0);
  EXPECT_EQ(changed(all, 77), 1600);
}

}  // namespace
}  // namespace ava::image
