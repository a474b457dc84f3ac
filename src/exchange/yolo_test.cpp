// YOLO, darknet and Ultralytics: fractions become pixels of the picture that is there.
#include "exchange/testing.hpp"
#include "image/codec.hpp"

namespace ava::exchange {
namespace {

using testing::Folder;
using ::testing::HasSubstr;

std::string picture(int width, int height) {
  return image::encode_png({.width = width,
                            .height = height,
                            .channels = 3,
                            .data = std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3), 9)})
      .value();
}

TEST(Yolo, UltralyticsWithPartsAndNamesInAMap) {
  Folder folder;
  folder.put("data.yaml",
             "path: ../datasets/x\ntrain: images/train\nval: images/val\ntest:\nnames:\n  0: 猫\n  2: dog\n");
  folder.put("images/train/a.png", picture(100, 50))
      .put("labels/train/a.txt", "0 0.5 0.5 0.2 0.4\n2 0.5 0.5 1.2 0.4\n");
  folder.put("images/val/b.png", picture(10, 10));
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.kind, "yolo");
  ASSERT_EQ(got.lines.size(), 2u) << got.slugs();
  EXPECT_EQ(
      got.lines[0],
      R"({"url":"images/train/a.png","type":"image","label":[{"name":"class","type":"detection","version":"1","data":[)"
      R"({"bbox":[[40,15],[60,15],[60,35],[40,35]],"class":"猫"},{"bbox":[[0,15],[100,15],[100,35],[0,35]],"class":"dog"}]}],)"
      R"("width":100,"height":50,"split":"train"})");
  EXPECT_THAT(got.lines[1], HasSubstr(R"("data":[]}],"split":"val")")) << "no text file: a negative";
  EXPECT_EQ(got.counts.notes.at("bbox_clipped"), 1u);
}

TEST(Yolo, PolygonsTurnedBoxesAndKeyPoints) {
  Folder folder;
  folder.put("data.yaml", "train: images\nval: images\nnames: [person]\nkpt_shape: [2, 3]\n");
  folder.put("images/a.png", picture(100, 100));
  folder.put("labels/a.txt",
             "0 0.1 0.1 0.5 0.1 0.3 0.5\n"            // polygon of 3
             "0 0.1 0.2 0.2 0.1 0.3 0.2 0.2 0.3\n"    // a turned box
             "0 0.5 0.5 0.5 0.5 0.4 0.4 2 0 0 0\n");  // pose
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.slugs(), "");
  EXPECT_THAT(got.lines.at(0), HasSubstr(R"("bbox":[[10,10],[50,10],[30,50]])"));
  EXPECT_THAT(got.lines[0], HasSubstr(R"("bbox":[[10,20],[20,10],[30,20],[20,30]])"));
  EXPECT_THAT(got.lines[0], HasSubstr(R"("keypoints":[40,40,2,0,0,0])"));
}

TEST(Yolo, AShapeThatNoKeyPointsHaveIsNone) {
  for (const char* shape : {"[3, 1]", "[50000, 50000]", "[1, -1]"}) {
    Folder folder;
    folder.put("data.yaml", std::string("train: images\nnames: [a]\nkpt_shape: ") + shape + "\n");
    folder.put("images/a.png", picture(10, 10)).put("labels/a.txt", "0 .5 .5 .5 .5 1 2 3\n");
    const auto got = folder.import();
    ASSERT_OK(got.result);
    EXPECT_EQ(got.slugs(), "yolo.bad_line") << shape;
  }
}

TEST(Yolo, DarknetListsNameTheirPicturesByForeignPaths) {
  Folder folder;
  folder.put("data/obj.data", "classes = 1\ntrain = data/train.txt\nvalid = data/test.txt\nnames = data/obj.names\n");
  folder.put("data/obj.names", "car\n").put("data/obj/1.png", picture(10, 10)).put("data/obj/1.txt", "0 .5 .5 .5 .5\n");
  folder.put("data/train.txt", "/home/me/darknet/data/obj/1.png\nC:\\x\\gone.png\n").put("data/test.txt", "");
  const auto got = folder.import();
  ASSERT_OK(got.result);
  ASSERT_EQ(got.lines.size(), 1u);
  EXPECT_THAT(got.lines[0], HasSubstr(R"("class":"car"}]}],"width":10,"height":10,"split":"train")"));
  EXPECT_EQ(got.slugs(), "picture_missing");
  EXPECT_EQ(got.rejects[0].line, 2u);
}

TEST(Yolo, BadLinesAreListed) {
  Folder folder;
  folder.put("data.yaml", "train: images\nnames: [a]\n").put("images/a.png", picture(10, 10));
  folder.put(
      "labels/a.txt",
      "0 .5 .5 .5 .5\n1 .5 .5 .5 .5\n0 nan .5 .5 .5\n0 .5 .5\n0 300 200 50 50\n0 .5 .5 0 .5\nx\n1e80 .5 .5 .5 .5\n");
  folder.put("labels/gone.txt", "0 .5 .5 .5 .5\n")
      .put("images/broken.png", "no picture")
      .put("labels/broken.txt", "0 .5 .5 1 1");
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.slugs(),
            "class_unknown bbox_not_a_number yolo.bad_line bbox_empty bbox_empty bbox_not_a_number yolo.bad_line "
            "picture.unsupported picture_missing");
  EXPECT_EQ(got.rejects[1].line, 3u);
  EXPECT_EQ(got.counts.annotations_in, 10u);
}

TEST(Yolo, ABrokenYamlIsAnErrorAndNamesMayBeMissing) {
  Folder folder;
  folder.put("data.yaml", "train: images\nnames: [a\n")
      .put("images/a.png", picture(4, 4))
      .put("labels/a.txt", "3 .5 .5 1 1");
  EXPECT_ERROR(folder.import().result, "yolo.bad_yaml");
  folder.put("data.yaml", "");
  const auto got = folder.import("yolo");
  ASSERT_OK(got.result);
  EXPECT_THAT(got.lines.at(0), HasSubstr(R"("class":"3")"));
  EXPECT_EQ(got.counts.notes.at("class_names_missing"), 1u);
}

}  // namespace
}  // namespace ava::exchange
