// What the operations that take pixels away mean.
#include <gtest/gtest.h>

#include <algorithm>

#include "augment/testing.hpp"
#include "base/testing.hpp"

namespace ava::augment {
namespace {

using image::Pixels;
using testing::box_entry;
using testing::perform;
using testing::row_of;

constexpr int kWidth = 64;
constexpr int kHeight = 48;

Pixels white(int channels = 1) {
  return {kWidth, kHeight, channels,
          std::vector<std::uint8_t>(static_cast<std::size_t>(kWidth) * kHeight * channels, 255)};
}

struct Made {
  std::vector<Step> steps;
  Pixels pixels;
  sample::Sample row;
};

Made make(const std::string& op, const std::vector<sample::Entry>& entries, std::uint64_t key = 1) {
  const auto specs = parse_ops(op);
  EXPECT_OK(specs);
  Scene scene(row_of(entries), white());
  auto steps = perform(specs->at(0), scene, key);
  EXPECT_OK(steps);
  const Result<Pixels*> pixels = scene.pixels();
  EXPECT_OK(pixels);
  return {*std::move(steps), **pixels, scene.sample()};
}

/// Pixels inside a rectangle that are black.
int black(const Pixels& pixels, int x0 = 0, int y0 = 0, int x1 = kWidth, int y1 = kHeight) {
  int count = 0;
  for (int y = y0; y < y1; ++y)
    for (int x = x0; x < x1; ++x) count += pixels.data[static_cast<std::size_t>(y) * kWidth + x] == 0 ? 1 : 0;
  return count;
}

TEST(Erasing, CutoutTakesTheAreaItsStepSays) {
  for (std::uint64_t key = 0; key < 20; ++key) {
    const Made made = make("cutout/0.25,0.5", {}, key);
    ASSERT_EQ(made.steps.size(), 1U);
    const Step& step = made.steps[0];
    EXPECT_EQ(step.op->description().name, "erase");
    EXPECT_EQ(step.number(2), 16);
    EXPECT_EQ(step.number(3), 24);
    EXPECT_EQ(black(made.pixels), 16 * 24);
    const int x = static_cast<int>(step.number(0));
    const int y = static_cast<int>(step.number(1));
    EXPECT_EQ(black(made.pixels, x, y, x + 16, y + 24), 16 * 24);
  }
}

TEST(Erasing, OfNothingIsNoStep) {
  EXPECT_TRUE(make("cutout/0,0", {}).steps.empty());
  EXPECT_TRUE(make("coarse-dropout/0", {}).steps.empty());
  EXPECT_EQ(black(make("cutout/1,1", {}).pixels), kWidth * kHeight);
}

TEST(Erasing, CoarseDropoutDrawsAsManyHolesAsItSays) {
  const Made made = make("coarse-dropout/7,0.05,0.05", {});
  EXPECT_EQ(made.steps.size(), 7U);
  EXPECT_LE(black(made.pixels), 7 * 3 * 2);
  EXPECT_GT(black(made.pixels), 3 * 2);
}

TEST(Erasing, GridMaskTakesTheSquareOfItsRatio) {
  const Made made = make("grid-mask/0.25,0.5", {});  // cells of 12 pixels, holes of 6
  EXPECT_NEAR(black(made.pixels), kWidth * kHeight * 0.25, 110);
  EXPECT_EQ(black(make("grid-mask/0.25,0", {}).pixels), 0);
}

TEST(Erasing, SeedsAreDrawnOnlyForRandomPaint) {
  EXPECT_EQ(make("cutout/0.2,0.2,white", {}).steps[0].number(4), 0);
  EXPECT_GT(make("cutout/0.2,0.2,noise", {}).steps[0].number(4), 0);
}

TEST(Erasing, CutoutBoxesStaysInsideTheBoxesWhichStay) {
  const std::vector<sample::Entry> boxes = {box_entry({4, 6, 24, 26}), box_entry({40, 20, 60, 40}, "dog")};
  for (std::uint64_t key = 0; key < 20; ++key) {
    const Made made = make("cutout-boxes/0.5,0.5", boxes, key);
    ASSERT_EQ(made.steps.size(), 2U);
    EXPECT_EQ(black(made.pixels, 4, 6, 24, 26), 100);
    EXPECT_EQ(black(made.pixels, 40, 20, 60, 40), 100);
    EXPECT_EQ(black(made.pixels), 200);
    EXPECT_EQ(made.row, row_of(boxes));
  }
  EXPECT_EQ(make("cutout-boxes/0.5,0.5,black,one", boxes).steps.size(), 1U);
  EXPECT_TRUE(make("cutout-boxes", {}).steps.empty());
}

TEST(Erasing, BlurBoxesChangesNothingAroundThem) {
  const Pixels from = testing::meadow(kWidth, kHeight);
  Scene scene(row_of({box_entry({10, 10, 40, 40})}), from);
  ASSERT_OK_AND(const auto specs, parse_ops("blur-boxes/0.2"));
  ASSERT_OK_AND(const auto steps, perform(specs[0], scene, 1));
  EXPECT_EQ(steps.at(0).str(), "blur-boxes/0.2,10,10,30,30");
  ASSERT_OK_AND(const Pixels* pixels, scene.pixels());
  int inside = 0;
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      const auto i = 3 * (static_cast<std::size_t>(y) * kWidth + x);
      if (pixels->data[i] == from.data[i]) continue;
      EXPECT_TRUE(x >= 10 && x < 40 && y >= 10 && y < 40) << x << "," << y;
      ++inside;
    }
  EXPECT_GT(inside, 600);
}

}  // namespace
}  // namespace ava::augment
