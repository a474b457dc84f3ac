// What the photometric operations mean, each by an example.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "augment/testing.hpp"
#include "base/testing.hpp"
#include "image/colour.hpp"

namespace ava::augment {
namespace {

using image::Pixels;
using testing::meadow;
using testing::perform;
using testing::replay;

/// What is left of a picture after steps, written as rows hold them.
Pixels after(const std::string& steps, const Pixels& from) {
  Scene scene(testing::row_of({}), from);
  EXPECT_OK(replay("augment(" + steps + ")", scene));
  const Result<Pixels*> pixels = scene.pixels();
  EXPECT_OK(pixels);
  return pixels.ok() ? **pixels : Pixels{};
}

double mean_of(const Pixels& pixels) {
  return std::accumulate(pixels.data.begin(), pixels.data.end(), 0.0) / static_cast<double>(pixels.data.size());
}

double deviation_of(const Pixels& pixels) {
  const double mean = mean_of(pixels);
  double squares = 0;
  for (const double value : pixels.data) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(pixels.data.size()));
}

/// Peak signal-to-noise ratio. Units: dB.
double likeness(const Pixels& a, const Pixels& b) {
  double squares = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i) squares += std::pow(a.data[i] - b.data[i], 2);
  return 10 * std::log10(255 * 255 * static_cast<double>(a.data.size()) / std::max(squares, 1e-9));
}

/// 0, 1, ... 255 in one row.
Pixels ramp(int channels) {
  Pixels pixels{256, 1, channels, {}};
  for (int v = 0; v < 256; ++v)
    pixels.data.insert(pixels.data.end(), static_cast<std::size_t>(channels), static_cast<std::uint8_t>(v));
  return pixels;
}

Pixels one_pixel(std::uint8_t r, std::uint8_t g, std::uint8_t b) { return {1, 1, 3, {r, g, b}}; }
using Bytes = std::vector<std::uint8_t>;

TEST(Light, BrightnessMovesTheMeanByWhatItSays) {
  const Pixels from = after("contrast/-0.5", meadow(64, 48));
  EXPECT_NEAR(mean_of(after("brightness/0.2", from)), mean_of(from) + 0.2 * 255, 0.5);
  EXPECT_NEAR(mean_of(after("brightness/-0.1", from)), mean_of(from) - 0.1 * 255, 0.5);
  EXPECT_EQ(after("brightness/1", from).data, Bytes(from.data.size(), 255));
}

TEST(Light, ContrastScalesTheDeviationAndKeepsTheMean) {
  const Pixels from = meadow(64, 48, 1);
  const Pixels half = after("contrast/-0.5", from);
  EXPECT_NEAR(deviation_of(half), deviation_of(from) / 2, 0.5);
  EXPECT_NEAR(mean_of(half), mean_of(from), 0.5);
  EXPECT_NEAR(deviation_of(after("contrast/-1", from)), 0, 1e-9);
}

TEST(Light, GammaKeepsBlackAndWhite) {
  const Pixels dark = after("gamma/2", ramp(1));
  EXPECT_EQ(dark.data[0], 0);
  EXPECT_EQ(dark.data[128], 64);
  EXPECT_EQ(dark.data[255], 255);
  EXPECT_GT(after("gamma/0.5", ramp(1)).data[128], 175);
}

TEST(Light, TablesOfSingleOperations) {
  EXPECT_EQ(after("posterise/1", ramp(1)).data[127], 0);
  EXPECT_EQ(after("posterise/1", ramp(1)).data[200], 128);
  EXPECT_EQ(after("solarise/0.5", ramp(3)).data[3 * 100], 100);
  EXPECT_EQ(after("solarise/0.5", ramp(3)).data[3 * 200], 55);
  EXPECT_EQ(after("invert", ramp(1)).data[3], 252);
  EXPECT_EQ(after("auto-contrast/0", Pixels{3, 1, 1, {50, 60, 70}}).data, (Bytes{0, 128, 255}));
}

TEST(Light, EqualisingWidensANarrowRange) {
  const Pixels narrow = after("contrast/-0.8", meadow(64, 48));
  for (const std::string step : {"equalise", "equalise/each", "clahe/4,4", "auto-contrast", "auto-contrast/0.01,each"})
    EXPECT_GT(deviation_of(after(step, narrow)), 1.5 * deviation_of(narrow)) << step;
}

TEST(Colours, HueTurnsRedIntoGreen) {
  EXPECT_EQ(after("hue/120", one_pixel(255, 0, 0)).data, (Bytes{0, 255, 0}));
  EXPECT_EQ(after("hue/-120", one_pixel(255, 0, 0)).data, (Bytes{0, 0, 255}));
  EXPECT_EQ(after("hue/77", one_pixel(90, 90, 90)).data, (Bytes{90, 90, 90}));
}

TEST(Colours, SaturationGoesFromGreyToStrong) {
  EXPECT_EQ(after("saturation/-1", one_pixel(200, 100, 100)).data, after("grayscale", one_pixel(200, 100, 100)).data);
  const Pixels strong = after("saturation/0.5", one_pixel(160, 120, 120));
  EXPECT_NEAR(strong.data[0] - strong.data[1], 60, 1);
}

TEST(Colours, WhiteBalanceMakesWarmerAndKeepsTheBrightness) {
  const Pixels warm = after("white-balance/0.5,0", one_pixel(120, 120, 120));
  EXPECT_GT(warm.data[0], warm.data[1]);
  EXPECT_GT(warm.data[1], warm.data[2]);
  EXPECT_NEAR(image::mean_luma(warm), 120, 2);
  const Pixels green = after("white-balance/0,-1", one_pixel(120, 120, 120));
  EXPECT_GT(green.data[1], green.data[0]);
  EXPECT_EQ(green.data[0], green.data[2]);
}

TEST(Colours, ShufflingSaysWhichOrderItWas) {
  EXPECT_EQ(after("channel-shuffle/gbr", one_pixel(1, 2, 3)).data, (Bytes{2, 3, 1}));
  Scene scene(testing::row_of({}), one_pixel(1, 2, 3));
  EXPECT_ERROR(replay("augment(channel-shuffle)", scene), "op.range_in_step");
  std::set<std::string> seen;
  ASSERT_OK_AND(const Op* op, find("channel-shuffle"));
  for (std::uint64_t key = 0; key < 60; ++key) {
    ASSERT_OK_AND(const auto steps, perform(default_spec(*op), scene, key));
    seen.insert(steps.at(0).str());
  }
  EXPECT_EQ(seen.size(), 5U);
  EXPECT_FALSE(seen.contains("channel-shuffle/rgb"));
}

TEST(Colours, JitterDrawsFourStepsInAnyOrder) {
  ASSERT_OK_AND(const auto specs, parse_ops("colour-jitter"));
  std::set<std::string_view> first;
  for (std::uint64_t key = 0; key < 40; ++key) {
    Scene scene(testing::row_of({}), meadow(8, 8));
    ASSERT_OK_AND(const auto steps, perform(specs[0], scene, key));
    ASSERT_EQ(steps.size(), 4U);
    first.insert(steps[0].op->description().name);
  }
  EXPECT_EQ(first, (std::set<std::string_view>{"brightness", "contrast", "hue", "saturation"}));
}

TEST(Colours, JitterLeavesOutWhatIsSetToNothing) {
  ASSERT_OK_AND(const auto specs, parse_ops("colour-jitter/[-0.5,0.5],0,0,0"));
  Scene scene(testing::row_of({}), meadow(8, 8));
  ASSERT_OK_AND(const auto steps, perform(specs[0], scene, 1));
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].op->description().name, "brightness");
}

TEST(Colours, GreyPicturesStayGrey) {
  const Pixels from = meadow(64, 48, 1);
  for (const std::string step : {"saturation/1", "hue/90", "channel-shuffle/bgr", "white-balance/1,1", "grayscale"})
    EXPECT_EQ(after(step, from).data, from.data) << step;
  for (const Op* op : all()) {
    if (op->description().family != Family::kPhotometric) continue;
    Scene scene(testing::row_of({}), from);
    ASSERT_OK(perform(default_spec(*op), scene, 3));
    ASSERT_OK_AND(const Pixels* pixels, scene.pixels());
    EXPECT_EQ(pixels->channels, 1) << op->description().name;
  }
  EXPECT_EQ(after("grayscale", meadow(8, 8, 3)).channels, 3);
}

TEST(Grain, NoiseHasItsDeviation) {
  const Pixels plain{64, 48, 3, Bytes(64 * 48 * 3, 128)};
  EXPECT_NEAR(deviation_of(after("noise/0.05,7", plain)), 0.05 * 255, 0.4);
  EXPECT_NEAR(mean_of(after("noise/0.05,7", plain)), 128, 0.4);
  EXPECT_EQ(after("noise/0.05,7", plain).data, after("noise/0.05,7", plain).data);
  EXPECT_NE(after("noise/0.05,7", plain).data, after("noise/0.05,8", plain).data);
}

TEST(Grain, LowerQualityIsLessLikeThePicture) {
  const Pixels from = meadow(64, 48);
  EXPECT_GT(likeness(after("jpeg/95", from), from), likeness(after("jpeg/50", from), from) + 3);
  EXPECT_GT(likeness(after("jpeg/50", from), from), likeness(after("jpeg/5", from), from) + 3);
  EXPECT_GT(likeness(after("downscale/0.8", from), from), likeness(after("downscale/0.1", from), from));
  EXPECT_GT(likeness(after("blur/0.5", from), from), likeness(after("blur/4", from), from));
}

TEST(Weather, FogHidesRainFallsShadowDarkens) {
  const Pixels from = meadow(64, 48);
  EXPECT_LT(deviation_of(after("fog/0.6,1", from)), 0.8 * deviation_of(from));
  EXPECT_GT(mean_of(after("fog/0.6,1", from)), mean_of(from) + 30);
  EXPECT_LT(mean_of(after("shadow/0.5,1", from)), mean_of(from));
  EXPECT_NE(after("rain/0.5,0,1", from).data, after("rain/0.5,20,1", from).data);
}

}  // namespace
}  // namespace ava::augment
