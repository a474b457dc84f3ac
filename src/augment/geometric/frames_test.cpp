// Sizes and places: pad, resize, and frames that grow with a sheared picture; maps that bend.
#include "augment/testing.hpp"
#include "base/testing.hpp"

namespace ava::augment {
namespace {

using testing::box_entry;
using testing::meadow;
using testing::replay;
using testing::row_of;

struct Frame {
  int width;
  int height;
  sample::Box box;  ///< of {10, 10, 30, 20} in 64x48
};

Frame made_by(const std::string& step) {
  Scene scene(row_of({box_entry({10, 10, 30, 20})}), meadow(64, 48));
  EXPECT_OK(replay("augment(" + step + ")", scene));
  EXPECT_OK(scene.pixels());
  return {scene.width(), scene.height(), sample::hull_of(scene.sample().labels[0].data[0].points)};
}

void expect_made(const std::string& step, const Frame& expected) {
  const Frame made = made_by(step);
  EXPECT_EQ(made.width, expected.width) << step;
  EXPECT_EQ(made.height, expected.height) << step;
  EXPECT_NEAR(made.box.x0, expected.box.x0, 0.01) << step;
  EXPECT_NEAR(made.box.y0, expected.box.y0, 0.01) << step;
  EXPECT_NEAR(made.box.x1, expected.box.x1, 0.01) << step;
  EXPECT_NEAR(made.box.y1, expected.box.y1, 0.01) << step;
}

TEST(Pad, GrowsByFractionToASizeOrToASquare) {
  expect_made("pad/0.5", {96, 72, {26, 22, 46, 32}});
  expect_made("pad/0.5,100,40", {100, 48, {28, 10, 48, 20}});
  expect_made("pad/0,0,0,square", {64, 64, {10, 18, 30, 28}});
  expect_made("pad/0,100,100,any,top-left", {100, 100, {10, 10, 30, 20}});
  expect_made("pad/0,100,100,any,bottom-right", {100, 100, {46, 62, 66, 72}});
}

TEST(Resize, FitsFillsStretchesAndGoesByTheShorterEdge) {
  expect_made("resize/32,32", {32, 24, {5, 5, 15, 10}});
  expect_made("resize/128,0", {128, 96, {20, 20, 60, 40}});
  expect_made("resize/24,24,fill", {24, 24, {1, 5, 11, 10}});
  expect_made("resize/32,48,exact", {32, 48, {5, 10, 15, 20}});
  expect_made("resize/96,0,shorter-edge", {128, 96, {20, 20, 60, 40}});
}

TEST(Scale, ExpandsItsFrameWhenAsked) {
  expect_made("scale/2,expand", {128, 96, {20, 20, 60, 40}});
  expect_made("scale/2", {64, 48, {-12, -4, 28, 16}});
}

TEST(Shear, MovesTheLowerHalfRightAndTheRightHalfDown) {
  const Frame right = made_by("shear/45,0");
  EXPECT_NEAR(right.box.x0, 10 - 14, 0.01);  // its upper edge is 14 above the centre
  EXPECT_NEAR(right.box.x1, 30 - 4, 0.01);
  EXPECT_EQ(made_by("shear/45,0,expand").width, 112);
  const Frame down = made_by("shear/0,45");
  EXPECT_NEAR(down.box.y0, 10 - 22, 0.01);
  EXPECT_NEAR(down.box.y1, 20 - 2, 0.01);
}

TEST(Affine, DoesInOneStepWhatItsPartsDo) {
  const Frame one = made_by("affine/90,0.5,0.25,0,0,0");
  const Frame parts = made_by("rotate/90;scale/0.5;translate/0.25,0");
  EXPECT_NEAR(one.box.x0, parts.box.x0, 0.01);
  EXPECT_NEAR(one.box.y1, parts.box.y1, 0.01);
}

TEST(Rotate90, ThreeTimesIsOnceBack) {
  expect_made("rotate90/1", {48, 64, {28, 10, 38, 30}});
  expect_made("rotate90/1;rotate90/3", {64, 48, {10, 10, 30, 20}});
}

// Landmarks on a grid stay in order: nothing folds over, however strong.
TEST(Elastic, FoldsNothing) {
  for (int seed = 0; seed < 10; ++seed) {
    sample::Entry entry = box_entry({0, 0, 64, 48});
    for (int i = 0; i < 15; ++i) entry.landmarks.push_back({i, {4.0 + 4 * i, 24}, std::nullopt});
    Scene scene(row_of({entry}), meadow(64, 48));
    ASSERT_OK(replay("augment(elastic/0.2,0.05,black," + std::to_string(seed) + ")", scene));
    const auto& marks = scene.sample().labels[0].data[0].landmarks;
    for (std::size_t i = 1; i < marks.size(); ++i) EXPECT_LT(marks[i - 1].point.x, marks[i].point.x) << seed;
  }
}

TEST(GridDistortion, KeepsTheFrame) {
  Scene scene(row_of({box_entry({0, 0, 64, 48})}), meadow(64, 48));
  ASSERT_OK(replay("augment(grid-distortion/7,0.5,11)", scene));
  const sample::Box box = sample::hull_of(scene.sample().labels[0].data[0].points);
  EXPECT_NEAR(box.x0, 0, 0.1);
  EXPECT_NEAR(box.y1, 48, 0.1);
}

TEST(OpticalDistortion, PullsCornersInOrPushesThemOut) {
  EXPECT_GT(made_by("optical-distortion/0.4").box.x0, 11);
  EXPECT_LT(made_by("optical-distortion/-0.2").box.x0, 9.5);
}

}  // namespace
}  // namespace ava::augment
