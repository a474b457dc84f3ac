#include "image/colour.hpp"
#include "image/testing.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "base/testing.hpp"

namespace ava::image {
namespace {

Pixels one_pixel(std::uint8_t r, std::uint8_t g, std::uint8_t b) { return {1, 1, 3, {r, g, b}}; }
using Bytes = std::vector<std::uint8_t>;

TEST(Tables, RoundAndCut) {
  const Table table = table_of([](double v) { return v * 1.5 - 10; });
  EXPECT_EQ(table[0], 0);
  EXPECT_EQ(table[101], 142);  // 141.5
  EXPECT_EQ(table[255], 255);
  Pixels pixels{2, 1, 1, {0, 101}};
  apply_table(pixels, table);
  EXPECT_EQ(pixels.data, (Bytes{0, 142}));
}

TEST(Hue, ByAThirdOfTheCircleRedGoesToGreen) {
  Pixels pixels = one_pixel(255, 0, 0);
  shift_hue(pixels, 120);
  EXPECT_EQ(pixels.data, (Bytes{0, 255, 0}));
  shift_hue(pixels, -60);
  EXPECT_EQ(pixels.data, (Bytes{255, 255, 0}));
  shift_hue(pixels, 180);
  EXPECT_EQ(pixels.data, (Bytes{0, 0, 255}));
}

TEST(Hue, KeepsValueAndSaturationAndComesBackExactly) {
  const Pixels from = random_pixels(3);
  for (const double degrees : {0.0, 17.0, -133.0, 180.0}) {
    Pixels pixels = from;
    shift_hue(pixels, degrees);
    for (std::size_t i = 0; i < from.data.size(); i += 3) {
      const auto [old_least, old_most] = std::minmax({from.data[i], from.data[i + 1], from.data[i + 2]});
      const auto [least, most] = std::minmax({pixels.data[i], pixels.data[i + 1], pixels.data[i + 2]});
      ASSERT_EQ(least, old_least);
      ASSERT_EQ(most, old_most);
    }
    EXPECT_TRUE(degrees != 0 || pixels.data == from.data);
    shift_hue(pixels, -degrees);
    for (std::size_t i = 0; i < from.data.size(); ++i) ASSERT_NEAR(pixels.data[i], from.data[i], 1);
  }
}

TEST(Saturation, NoneIsGreyAndOneIsThePicture) {
  const Pixels from = random_pixels(3);
  Pixels same = from;
  scale_saturation(same, 1);
  EXPECT_EQ(same.data, from.data);
  Pixels grey = from;
  scale_saturation(grey, 0);
  for (std::size_t i = 0; i < grey.data.size(); i += 3) {
    ASSERT_EQ(grey.data[i], grey.data[i + 1]);
    ASSERT_EQ(grey.data[i], grey.data[i + 2]);
  }
  EXPECT_EQ(luma_of(grey), luma_of(from));
}

TEST(Equalise, SpreadsADarkPictureOverTheWholeRange) {
  for (const int channels : {1, 3})
    for (const By by : {By::kLuma, By::kChannel}) {
      Pixels pixels = random_pixels(channels, 64, 48, 40, 60);
      equalise(pixels, by);
      const auto [least, most] = std::minmax_element(pixels.data.begin(), pixels.data.end());
      EXPECT_LE(*least, 12);
      EXPECT_GE(*most, 250);
      EXPECT_NEAR(mean_luma(pixels), 128, 12);
    }
}

TEST(Stretch, TakesTheDarkestToBlackAndTheBrightestToWhite) {
  Pixels pixels{4, 1, 1, {100, 120, 140, 150}};
  stretch(pixels, 0, By::kLuma);
  EXPECT_EQ(pixels.data, (Bytes{0, 102, 204, 255}));
  Pixels outlier = random_pixels(1, 100, 10, 100, 150);
  outlier.data[0] = 0;
  outlier.data[1] = 255;
  stretch(outlier, 0.01, By::kChannel);
  EXPECT_NEAR(mean_luma(outlier), 127, 10);
  EXPECT_GT(*std::max_element(outlier.data.begin() + 2, outlier.data.end()), 240);
}

TEST(Stretch, APlainPictureStaysAsItIs) {
  const Pixels plain{3, 2, 3, Bytes(18, 77)};
  for (const By by : {By::kLuma, By::kChannel}) {
    Pixels stretched = plain;
    stretch(stretched, 0, by);
    EXPECT_EQ(stretched.data, plain.data);
    Pixels equalised = plain;
    equalise(equalised, by);
    EXPECT_EQ(equalised.data, plain.data);
  }
}

TEST(LocalEqualisation, MakesSmallDifferencesLargerEvenInTinyPictures) {
  for (const int channels : {1, 3}) {
    Pixels pixels = random_pixels(channels, 64, 48, 100, 120);
    ASSERT_OK(equalise_locally(pixels, 4, 4));
    const auto [least, most] = std::minmax_element(pixels.data.begin(), pixels.data.end());
    EXPECT_GT(*most - *least, 40);
    for (const auto& [width, height] : {std::pair{1, 1}, std::pair{3, 2}, std::pair{1, 9}}) {
      Pixels tiny = random_pixels(channels, width, height);
      EXPECT_OK(equalise_locally(tiny, 2, 8));
    }
  }
}

TEST(Colour, GreyPicturesHaveNone) {
  const Pixels from = random_pixels(1);
  Pixels pixels = from;
  shift_hue(pixels, 90);
  scale_saturation(pixels, 0);
  reorder(pixels, {2, 1, 0});
  EXPECT_EQ(pixels.data, from.data);
}

TEST(Colour, ReorderTakesChannelsFromWhereItSays) {
  Pixels pixels = one_pixel(1, 2, 3);
  reorder(pixels, {2, 0, 1});
  EXPECT_EQ(pixels.data, (Bytes{3, 1, 2}));
}

}  // namespace
}  // namespace ava::image
