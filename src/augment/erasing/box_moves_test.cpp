// What turns inside boxes while the picture around them stays.
#include "augment/testing.hpp"
#include "base/testing.hpp"

namespace ava::augment {
namespace {

using image::Pixels;
using testing::box_entry;
using testing::meadow;
using testing::perform;
using testing::replay;
using testing::row_of;
using testing::spec_from;

sample::Entry face() {
  sample::Entry entry = box_entry({10, 8, 30, 28});
  entry.landmarks = {{0, {14, 12}, std::nullopt}, {1, {26, 24}, std::nullopt}};
  return entry;
}

TEST(FlipBoxes, MirrorsInsideAndLeavesTheRest) {
  Scene scene(row_of({face()}), meadow(64, 48));
  ASSERT_OK_AND(const auto steps, perform(spec_from("flip-boxes"), scene, 1));
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_EQ(steps[0].str(), "flip-boxes/horizontal,10,8,20,20");
  const Pixels before = meadow(64, 48);
  ASSERT_OK_AND(const Pixels* after, scene.pixels());
  const auto at = [](const Pixels& pixels, int x, int y) { return pixels.data[(y * 64 + x) * 3 + 1]; };
  for (int y = 0; y < 48; ++y)
    for (int x = 0; x < 64; ++x) {
      const bool inside = x >= 10 && x < 30 && y >= 8 && y < 28;
      EXPECT_EQ(at(*after, x, y), at(before, inside ? 39 - x : x, y));
    }
  const sample::Entry& entry = scene.sample().labels[0].data[0];
  EXPECT_EQ(entry.points, face().points);
  EXPECT_EQ(entry.landmarks[0].point, (sample::Point{26, 12}));
}

TEST(FlipBoxes, TwiceIsNothingAndUpsideDownToo) {
  for (const std::string direction : {"horizontal", "vertical"}) {
    Scene scene(row_of({face()}), meadow(64, 48, 1));
    const std::string step = "augment(flip-boxes/" + direction + ",10,8,20,20)";
    ASSERT_OK(replay(step, scene));
    ASSERT_OK(replay(step, scene));
    EXPECT_EQ(scene.sample(), row_of({face()}));
    EXPECT_EQ(scene.pixels().value()->data, meadow(64, 48, 1).data);
  }
}

TEST(FlipBoxes, TakesWhatLiesInsideAlongAndLeavesWhatReachesOut) {
  Scene scene(row_of({face(), box_entry({12, 10, 16, 14}), box_entry({20, 20, 40, 40})}), meadow(64, 48));
  ASSERT_OK(replay("augment(flip-boxes/horizontal,10,8,20,20)", scene));
  const auto& entries = scene.sample().labels[0].data;
  EXPECT_EQ(entries[1].points, sample::corners_of({24, 10, 28, 14}));
  EXPECT_EQ(entries[2].points, sample::corners_of({20, 20, 40, 40}));
}

TEST(BoxOperations, DrawOneStepForEachPlaceOrOne) {
  const sample::Sample row = row_of({face(), box_entry({10.2, 8.1, 29.5, 27.9}, "person"), box_entry({40, 4, 60, 20})});
  for (std::uint64_t key = 0; key < 10; ++key) {
    Scene all(row, meadow(64, 48));
    EXPECT_EQ(perform(spec_from("rotate-boxes"), all, key).value().size(), 2U);  // two labels around one thing
    Scene one(row, meadow(64, 48));
    OpSpec spec = spec_from("rotate-boxes");
    spec.settings.back().choices = {"one"};
    EXPECT_EQ(perform(spec, one, key).value().size(), 1U);
  }
}

TEST(RotateBoxes, TurnsLandmarksWithThePixels) {
  Pixels pixels = meadow(64, 48);
  testing::paint_disc(pixels, {14, 18}, 2.5);
  sample::Entry entry = box_entry({10, 8, 30, 28});
  entry.landmarks = {{0, {14, 18}, std::nullopt}, {1, {10.5, 8.5}, std::nullopt}};
  Scene scene(row_of({entry}), pixels);
  ASSERT_OK(replay("augment(rotate-boxes/90,10,8,20,20)", scene));
  const sample::Entry& turned = scene.sample().labels[0].data[0];
  EXPECT_EQ(turned.points, entry.points);
  EXPECT_EQ(turned.landmarks[0].point, (sample::Point{20, 12}));
  const std::uint8_t* pixel = &scene.pixels().value()->data[(12 * 64 + 20) * 3];
  EXPECT_EQ(pixel[0], 255);
  EXPECT_EQ(pixel[1], 0);
  Scene slanted(row_of({entry}), pixels);
  ASSERT_OK(replay("augment(rotate-boxes/45,10,8,20,20)", slanted));
  EXPECT_EQ(slanted.sample().labels[0].data[0].landmarks.size(), 1U);  // the corner is turned out of sight
}

}  // namespace
}  // namespace ava::augment
