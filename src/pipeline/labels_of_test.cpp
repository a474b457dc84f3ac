#include "pipeline/labels_of.hpp"

#include "base/testing.hpp"

namespace ava::pipeline {
namespace {

using format::Task;

const std::vector<std::string> kClasses = {"cat", "dog"};
const LabelUse kBoxes = {{sample::LabelType::kDetection, "d"}, Task::kDetection};

sample::Sample line(const std::string& data, std::string_view type = "detection") {
  auto parsed = sample::parse_sample(R"({"url":"qiniu:///b/1.jpg","type":"image","label":[{"name":"d","type":")" +
                                         std::string(type) + R"(","version":"1","data":[)" + data + "]}]}",
                                     {});
  EXPECT_OK(parsed);
  return *std::move(parsed);
}
LabelsMade boxes(const std::string& data, const PictureSize& size = {100, 50, 100, 50}) {
  return labels_of(line(data), kBoxes, kClasses, size);
}

TEST(LabelsOf, BoxesFollowThePictureToItsStoredSize) {
  const auto made = boxes(R"({"bbox":[[10,20],[80,20],[80,40],[10,40]],"class":"dog"})", {100, 50, 50, 100});
  ASSERT_EQ(made.labels.objects.size(), 1u);
  EXPECT_EQ(made.labels.objects[0].cls, 1u);
  EXPECT_EQ(made.labels.objects[0].box, (sample::Box{5, 40, 40, 80}));
  EXPECT_TRUE(made.labels.objects[0].polygon.empty());
}

TEST(LabelsOf, ABoxAHairOutsideIsClippedAndCounted) {
  const auto made = boxes(R"({"bbox":[[-1e-7,0],[100.0000001,0],[100.0000001,50],[-1e-7,50]],"class":"cat"})");
  ASSERT_EQ(made.labels.objects.size(), 1u);
  EXPECT_EQ(made.labels.objects[0].box, (sample::Box{0, 0, 100, 50}));
  EXPECT_EQ(made.objects.clipped, 1u);
  EXPECT_TRUE(made.rejects.empty());
}

TEST(LabelsOf, ABoxOutsideIsRejectedWithItsReasonAndTheCountsClose) {
  const auto made = boxes(R"({"bbox":[[200,0],[300,10]],"class":"cat"},{"bbox":[[0,0],[9,9]],"class":"cat"},)"
                          R"({"bbox":[[0,0],[9,9]],"class":"cow"},{"bbox":[[0,0],[9,9]],"class":"cat","iscrowd":1},)"
                          R"({"bbox":[[0,0],[9,9]],"class":"cat","score":0.9})");
  EXPECT_EQ(made.labels.objects.size(), 1u);
  EXPECT_EQ(made.objects.in, 4u);  // a prediction is no object
  EXPECT_EQ(made.objects.out + made.objects.rejected + made.objects.left_out, made.objects.in);
  EXPECT_EQ(made.objects.reasons,
            (std::map<std::string, std::uint64_t>{{"bbox_empty", 1}, {"class_missing", 1}, {"crowd", 1}}));
  ASSERT_EQ(made.rejects.size(), 2u);
  EXPECT_EQ(made.rejects[0].slug, "bbox_empty");
  EXPECT_TRUE(made.rejects[0].annotation);
}

TEST(LabelsOf, PolygonsAndDifficultSurvive) {
  const auto made = boxes(R"({"bbox":[[0,0],[10,0],[5,10]],"class":"cat","difficult":1})", {100, 50, 200, 100});
  ASSERT_EQ(made.labels.objects.size(), 1u);
  EXPECT_EQ(made.labels.objects[0].polygon, (std::vector<sample::Point>{{0, 0}, {20, 0}, {10, 20}}));
  EXPECT_TRUE(made.labels.objects[0].difficult);
}

TEST(LabelsOf, AFaceIsABoxWithLandmarks) {
  const LabelUse use = {{sample::LabelType::kFace, "d"}, Task::kDetection};
  const auto made = labels_of(
      line(R"({"bbox":[[0,0],[10,0],[10,10],[0,10]],"landmarks":[{"index":3,"pt":[4,6]}],"cluster":{"id":7}})", "face"),
      use, {"face"}, {100, 50, 50, 25});
  ASSERT_EQ(made.labels.objects.size(), 1u);
  ASSERT_EQ(made.labels.objects[0].landmarks.size(), 1u);
  EXPECT_EQ(made.labels.objects[0].landmarks[0].index, 3);
  EXPECT_EQ(made.labels.objects[0].landmarks[0].point, (sample::Point{2, 3}));
}

TEST(LabelsOf, SeveralClassesAreSortedAndSaidOnce) {
  const LabelUse use = {{sample::LabelType::kClassification, "d"}, Task::kMultiLabel};
  const auto made = labels_of(
      line(R"({"class":"dog"},{"class":"cat"},{"class":"dog"},{"class":"cow","score":0.4})", "classification"), use,
      kClasses, {1, 1, 1, 1});
  EXPECT_EQ(made.labels.classes, (std::vector<std::uint32_t>{0, 1}));
}

}  // namespace
}  // namespace ava::pipeline
