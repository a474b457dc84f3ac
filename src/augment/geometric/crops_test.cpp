// Crops keep what they promise, and are all written as `crop`.
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

sample::Sample two_boxes() { return row_of({box_entry({20.5, 10, 40, 25.25}), box_entry({45, 20, 60, 30})}); }

TEST(Crop, TakesWhatThePictureHas) {
  for (const auto& [text, width, height] :
       {std::tuple{"crop/4,6,20,10", 20, 10}, {"crop/60,40,20,20", 4, 8}, {"crop/900,900,5,5", 1, 1}}) {
    Scene scene(row_of({}), meadow(64, 48));
    ASSERT_OK(replay(std::string("augment(") + text + ")", scene));
    EXPECT_EQ(scene.width(), width) << text;
    EXPECT_EQ(scene.height(), height) << text;
  }
}

TEST(CropRandom, KeepsAreaAndShapeInTheirRanges) {
  for (std::uint64_t key = 0; key < 50; ++key) {
    Scene scene(row_of({}), 1000, 800, [] { return Result<image::Pixels>(meadow(1000, 800)); });
    ASSERT_OK_AND(const auto steps, perform(spec_from("crop-random/[0.2,0.5],[0.5,2]"), scene, key));
    ASSERT_EQ(steps.size(), 1U);
    EXPECT_EQ(steps[0].op->description().name, "crop");
    const double area = static_cast<double>(scene.width()) * scene.height() / 800000;
    const double ratio = static_cast<double>(scene.width()) / scene.height();
    EXPECT_GT(area, 0.19);
    EXPECT_LT(area, 0.51);
    EXPECT_GT(ratio, 0.49);
    EXPECT_LT(ratio, 2.02);
  }
}

TEST(CropCentre, KeepsTheMiddleByFractionOrPixels) {
  for (const auto& [text, expected] : {std::pair{"crop-centre/0.5", "crop/16,12,32,24"},
                                       {"crop-centre/0.5,20", "crop/22,12,20,24"},
                                       {"crop-centre/0.5,20,900", "crop/22,0,20,48"}}) {
    Scene scene(row_of({}), meadow(64, 48));
    ASSERT_OK_AND(const auto steps, perform(spec_from(text), scene, 1));
    EXPECT_EQ(steps[0].str(), expected);
  }
}

TEST(CropBox, KeepsItsBoxWithAMargin) {
  Scene scene(two_boxes(), meadow(64, 48));
  ASSERT_OK_AND(const auto steps, perform(spec_from("crop-box/0.1,largest"), scene, 1));
  EXPECT_EQ(steps[0].str(), "crop/18,8,24,20");  // 1.95 pixels more on each side, to whole pixels
  EXPECT_EQ(scene.sample().labels[0].data[0].points, sample::corners_of({2.5, 2, 22, 17.25}));
}

TEST(CropSafe, CutsNoBoxAndEverythingElseWhenAsked) {
  for (std::uint64_t key = 0; key < 50; ++key) {
    Scene scene(two_boxes(), meadow(64, 48));
    ASSERT_OK(perform(spec_from("crop-safe"), scene, key));
    const LabelCounts counts = scene.settle({});
    EXPECT_EQ(counts.boxes_clipped, 0U);
    EXPECT_EQ(counts.boxes_dropped, 0U);
  }
  Scene tight(two_boxes(), meadow(64, 48));
  ASSERT_OK_AND(const auto steps, perform(spec_from("crop-safe/1"), tight, 0));
  EXPECT_EQ(steps[0].str(), "crop/20,10,40,20");
}

TEST(CropSafe, LeavesPicturesWithoutBoxesAlone) {
  for (const std::string text : {"crop-safe", "crop-box"}) {
    Scene scene(row_of({}), meadow(64, 48));
    ASSERT_OK_AND(const auto steps, perform(spec_from(text), scene, 0));
    EXPECT_TRUE(steps.empty());
    EXPECT_FALSE(scene.changed());
  }
}

}  // namespace
}  // namespace ava::augment
