#include "image/filter.hpp"
#include "image/testing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.hpp"
#include "base/testing.hpp"

namespace ava::image {
namespace {

/// One white pixel in the middle of black ones.
Pixels spot(int size) {
  Pixels pixels{size, size, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(size) * size)};
  pixels.data[static_cast<std::size_t>(size / 2) * (size + 1)] = 255;
  return pixels;
}

int grey_at(const Pixels& pixels, int x, int y) { return pixels.data[static_cast<std::size_t>(y) * pixels.width + x]; }

/// How much neighbours differ.
double roughness(const Pixels& pixels) {
  double sum = 0;
  const auto channels = static_cast<std::size_t>(pixels.channels);
  for (std::size_t i = channels; i < pixels.data.size(); ++i)
    sum += std::abs(pixels.data[i] - pixels.data[i - channels]);
  return sum / static_cast<double>(pixels.data.size());
}

TEST(Filter, EveryBlurMakesNeighboursMoreAlike) {
  for (const int channels : {1, 3}) {
    const Pixels from = random_pixels(channels);
    const auto rougher = [&](auto blur) {
      Pixels pixels = from;
      EXPECT_OK(blur(pixels));
      EXPECT_EQ(pixels.data.size(), from.data.size());
      return roughness(pixels) / roughness(from);
    };
    EXPECT_LT(rougher([](Pixels& p) { return blur_gaussian(p, 1.5); }), 0.4);
    EXPECT_LT(rougher([](Pixels& p) { return blur_box(p, 2); }), 0.4);
    EXPECT_LT(rougher([](Pixels& p) { return blur_median(p, 2); }), 0.4);
    EXPECT_LT(rougher([](Pixels& p) { return blur_motion(p, 9, 0); }), 0.4);
    EXPECT_LT(rougher([](Pixels& p) { return lose_detail(p, 0.25, true); }), 0.4);
    EXPECT_GT(rougher([](Pixels& p) { return sharpen(p, 1, 1); }), 1.2);
  }
}

TEST(Filter, NothingAskedForChangesNothing) {
  const Pixels from = random_pixels(3);
  Pixels pixels = from;
  EXPECT_OK(blur_gaussian(pixels, 0));
  EXPECT_OK(blur_box(pixels, 0));
  EXPECT_OK(blur_median(pixels, 0));
  EXPECT_OK(blur_motion(pixels, 0, 45));
  EXPECT_OK(sharpen(pixels, 0, 1));
  EXPECT_OK(lose_detail(pixels, 1, true));
  EXPECT_EQ(pixels.data, from.data);
}

TEST(Filter, AMotionBlurSpreadsALineOfItsLengthAndDirection) {
  Pixels across = spot(41);
  ASSERT_OK(blur_motion(across, 10, 0));
  EXPECT_NEAR(grey_at(across, 20, 20), 25, 3);  // 255 over 10 pixels
  EXPECT_NEAR(grey_at(across, 17, 20), 25, 3);
  EXPECT_EQ(grey_at(across, 27, 20), 0);
  EXPECT_EQ(grey_at(across, 20, 22), 0);
  Pixels down = spot(41);
  ASSERT_OK(blur_motion(down, 10, 45));  // clockwise: to the right and down
  EXPECT_GT(grey_at(down, 22, 22), 10);
  EXPECT_EQ(grey_at(down, 22, 18), 0);
}

TEST(Filter, AMotionBlurKeepsAPlainPictureAndTheBrightness) {
  for (const double angle : {0.0, 33.0, 90.0, 170.0}) {
    Pixels plain{20, 10, 3, std::vector<std::uint8_t>(600, 201)};
    ASSERT_OK(blur_motion(plain, 15, angle));
    EXPECT_EQ(plain.data, std::vector<std::uint8_t>(600, 201));
    Pixels one = spot(41);
    ASSERT_OK(blur_motion(one, 7, angle));
    EXPECT_NEAR(std::accumulate(one.data.begin(), one.data.end(), 0), 255, 20) << angle;
  }
}

TEST(Filter, AGaussianHasItsWidthAlsoWhereItIsMadeOfBoxes) {
  for (const double sigma : {2.0, 4.9, 5.0, 7.5, 12.0}) {
    Pixels edge{121, 41, 1, {}};
    for (int i = 0; i < 121 * 41; ++i) edge.data.push_back(i % 121 < 60 ? 0 : 250);
    ASSERT_OK(blur_gaussian(edge, sigma));
    // A step becomes the normal distribution function of the distance to it.
    for (int x = 20; x < 100; ++x) {
      const double expected = 250 * 0.5 * std::erfc((60 - (x + 0.5)) / sigma / std::sqrt(2.0));
      EXPECT_NEAR(grey_at(edge, x, 20), expected, 4) << sigma << " grey_at " << x;
    }
  }
}

TEST(Filter, APartIsBlurredAndTheRestIsNot) {
  const Pixels from = random_pixels(3);
  Pixels pixels = from;
  ASSERT_OK(blur_gaussian(pixels, {10, 5, 20, 15}, 2));
  for (int y = 0; y < from.height; ++y)
    for (int x = 0; x < from.width; ++x) {
      const auto i = 3 * (static_cast<std::size_t>(y) * from.width + x);
      const bool in = x >= 10 && x < 30 && y >= 5 && y < 20;
      ASSERT_TRUE(in || pixels.data[i] == from.data[i]) << x << "," << y;
    }
  EXPECT_NE(pixels.data, from.data);
  EXPECT_OK(blur_gaussian(pixels, {-50, -50, 20, 20}, 2));
  EXPECT_OK(blur_gaussian(pixels, {60, 40, 2000000000, 2000000000}, 2));
}

TEST(Filter, TinyPicturesAreNoFailure) {
  for (const int channels : {1, 3})
    for (const auto& [width, height] : {std::pair{1, 1}, std::pair{2, 1}, std::pair{1, 7}}) {
      Pixels pixels = random_pixels(channels, width, height);
      EXPECT_OK(blur_gaussian(pixels, 5));
      EXPECT_OK(blur_box(pixels, 9));
      EXPECT_OK(blur_median(pixels, 9));
      EXPECT_OK(blur_motion(pixels, 30, 20));
      EXPECT_OK(sharpen(pixels, 2, 3));
      EXPECT_OK(lose_detail(pixels, 0.1, false));
    }
}

TEST(Filter, LosingDetailWithoutSmoothingLeavesSquares) {
  Pixels pixels = random_pixels(1, 40, 40);
  ASSERT_OK(lose_detail(pixels, 0.25, false));
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 40; ++x) ASSERT_EQ(grey_at(pixels, x, y), grey_at(pixels, x / 4 * 4, y / 4 * 4));
}

TEST(Areas, AreCutToThePicture) {
  const auto is = [](const Area& area, int x, int y, int width, int height) {
    return area.x == x && area.y == y && area.width == width && area.height == height;
  };
  EXPECT_TRUE(is(inside({-5, 2, 10, 10}, 20, 8), 0, 2, 5, 6));
  EXPECT_TRUE(is(inside({30, 2, 10, 10}, 20, 8), 20, 2, 0, 0));
  EXPECT_TRUE(is(inside({2, 2, -3, 10}, 20, 8), 2, 2, 0, 0));
}

}  // namespace
}  // namespace ava::image
