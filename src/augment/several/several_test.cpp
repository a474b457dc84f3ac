// Several pictures in one: where their pixels and boxes are.
#include "augment/several/blend.hpp"
#include "augment/testing.hpp"
#include "base/testing.hpp"

namespace ava::augment {
namespace {

using image::Pixels;
using testing::box_entry;
using testing::Gallery;
using testing::meadow;
using testing::perform;
using testing::replay;
using testing::row_of;
using testing::spec_from;

const std::vector<sample::Entry>& boxes_of(const Scene& scene) { return scene.sample().labels[0].data; }

/// One other picture of 20x10 in one colour, with a box of 4x4, one inside it and one beside it.
class OneOther final : public Others {
 public:
  OneOther()
      : row_(row_of({box_entry({2, 2, 6, 6}, "dog"), box_entry({3, 3, 5, 5}, "nose"), box_entry({4, 4, 19, 9}, "cart")},
                    "other.png")) {}
  std::uint64_t size() const override { return 1; }
  Result<sample::Sample> row(std::uint64_t) override { return row_; }
  Result<Pixels> pixels(const std::string&) override {
    Pixels pixels{20, 10, 3, std::vector<std::uint8_t>(600, 200)};
    for (std::size_t i = 0; i < pixels.data.size(); i += 3) pixels.data[i] = 50;
    return pixels;
  }
  const sample::Sample* labels(const std::string&) override { return &row_; }

 private:
  sample::Sample row_;
};

TEST(Mosaic, PutsFourPicturesAroundItsPoint) {
  OneOther others;
  Scene scene(row_of({box_entry({0, 0, 20, 20})}), meadow(40, 20), &others);
  ASSERT_OK(replay("augment(mosaic/0.5,0.5,other.png,other.png,other.png)", scene));
  // Own picture at half its size; its box is the left half of the top left quarter.
  EXPECT_EQ(boxes_of(scene)[0].points, sample::corners_of({0, 0, 10, 10}));
  EXPECT_EQ(boxes_of(scene).size(), 10U);
  EXPECT_EQ(boxes_of(scene)[1].cls, "dog");
  EXPECT_EQ(boxes_of(scene)[1].points, sample::corners_of({22, 2, 26, 6}));
  EXPECT_EQ(boxes_of(scene)[7].points, sample::corners_of({22, 12, 26, 16}));
  ASSERT_OK_AND(const Pixels* pixels, scene.pixels());
  EXPECT_EQ(pixels->width, 40);
  EXPECT_EQ(pixels->data[(5 * 40 + 20) * 3], 50);
  EXPECT_NE(pixels->data[(5 * 40 + 19) * 3], 50);
}

TEST(Mosaic, CutsBoxesToTheirPartsAndDropsWhatIsHardlyLeft) {
  OneOther others;
  // Its part is a square: the own picture loses a quarter of its width on each side.
  Scene scene(row_of({box_entry({0, 0, 12, 20}), box_entry({0, 0, 40, 20}), box_entry({0, 0, 10.5, 20})}),
              meadow(40, 20), &others);
  ASSERT_OK(replay("augment(mosaic/0.25,0.5,other.png,other.png,other.png)", scene));
  EXPECT_EQ(boxes_of(scene)[0].points, sample::corners_of({0, 0, 1, 10}));
  EXPECT_EQ(boxes_of(scene)[1].points, sample::corners_of({0, 0, 10, 10}));
  EXPECT_EQ(boxes_of(scene)[2].cls, "dog");
}

TEST(MixUp, BlendsPixelsAndJoinsBoxes) {
  OneOther others;
  Scene scene(row_of({box_entry({0, 0, 20, 20})}), Pixels{20, 10, 3, std::vector<std::uint8_t>(600, 100)}, &others);
  ASSERT_OK(replay("augment(mix-up/0.6,other.png)", scene));
  ASSERT_OK_AND(const Pixels* pixels, scene.pixels());
  EXPECT_EQ(pixels->data[0], 80);
  EXPECT_EQ(pixels->data[1], 140);
  EXPECT_EQ(boxes_of(scene).size(), 4U);
  EXPECT_FALSE(boxes_of(scene)[1].score.has_value());
}

TEST(MixUp, LeavesClassesAndGreyAlone) {
  Gallery gallery;
  sample::Sample row;
  sample::Entry whole;
  whole.cls = "indoors";
  row.labels.push_back({sample::LabelType::kClassification, "scene", {whole}, ""});
  Scene scene(row, meadow(30, 20, 1), &gallery);
  ASSERT_OK(perform(spec_from("mix-up"), scene, 1));
  ASSERT_EQ(scene.sample().labels.size(), 2U);  // the other one's boxes came along
  EXPECT_EQ(scene.sample().labels[0], row.labels[0]);
  EXPECT_EQ(scene.pixels().value()->channels, 1);
}

TEST(CopyPaste, BringsTheBoxAndAllThatLiesInIt) {
  OneOther others;
  Scene scene(row_of({}), Pixels{40, 30, 3, std::vector<std::uint8_t>(3600, 7)}, &others);
  ASSERT_OK(replay("augment(copy-paste/1,2,other.png,2,2,4,4,10,11)", scene));
  ASSERT_EQ(boxes_of(scene).size(), 2U);
  EXPECT_EQ(boxes_of(scene)[0].points, sample::corners_of({10, 11, 18, 19}));
  EXPECT_EQ(boxes_of(scene)[1].points, sample::corners_of({12, 13, 16, 17}));
  ASSERT_OK_AND(const Pixels* pixels, scene.pixels());
  const auto red = [&](int x, int y) { return pixels->data[(y * 40 + x) * 3]; };
  EXPECT_EQ(red(10, 11), 50);
  EXPECT_EQ(red(17, 18), 50);
  EXPECT_EQ(red(9, 11), 7);
  EXPECT_EQ(red(18, 18), 7);
}

TEST(CopyPaste, DropsOwnBoxesHiddenByMoreThanHalf) {
  OneOther others;
  Scene scene(row_of({box_entry({10, 10, 14, 13}), box_entry({10, 10, 14, 18}), box_entry({30, 20, 35, 25})}),
              meadow(40, 30), &others);
  ASSERT_OK(replay("augment(copy-paste/1,1,other.png,2,2,4,4,10,10)", scene));
  ASSERT_EQ(boxes_of(scene).size(), 4U);
  EXPECT_EQ(boxes_of(scene)[0].points, sample::corners_of({10, 10, 14, 18}));
}

TEST(CopyPaste, DrawsPlacesInsideThePictureThatHideNothing) {
  for (std::uint64_t key = 0; key < 40; ++key) {
    Gallery gallery;
    Scene scene(row_of({box_entry({20, 10, 44, 34})}), meadow(64, 48), &gallery);
    ASSERT_OK_AND(const auto steps, perform(spec_from("copy-paste/1"), scene, key));
    EXPECT_EQ(boxes_of(scene).size(), 1 + steps.size());
    EXPECT_EQ(boxes_of(scene)[0].cls, "cat");
    EXPECT_EQ(scene.settle({}).boxes_clipped, 0U);
  }
}

TEST(SeveralPictures, NeedTheOthersInAReplay) {
  Scene scene(row_of({}), meadow(16, 12));
  EXPECT_ERROR(replay("augment(mix-up/0.6,other.png)", scene), "op.needs_others");
  Gallery gallery;
  Scene other(row_of({}), meadow(16, 12), &gallery);
  EXPECT_ERROR(replay("augment(mix-up/0.6,gone.png)", other), "storage.not_found");
}

TEST(Paste, LeavesOutWhatIsOutside) {
  Pixels onto{3, 2, 1, {0, 0, 0, 0, 0, 0}};
  paste({2, 2, 1, {1, 2, 3, 4}}, -1, 1, onto);
  EXPECT_EQ(onto.data, (std::vector<std::uint8_t>{0, 0, 0, 2, 0, 0}));
  paste({2, 2, 1, {1, 2, 3, 4}}, 3, 0, onto);
  paste({2, 2, 1, {5, 6, 7, 8}}, 2, -1, onto);
  EXPECT_EQ(onto.data, (std::vector<std::uint8_t>{0, 0, 7, 2, 0, 0}));
}

}  // namespace
}  // namespace ava::augment
