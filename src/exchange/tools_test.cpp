// CVAT and Labelme: shapes of annotation tools; and which importer is taken.
#include "exchange/testing.hpp"

namespace ava::exchange {
namespace {

using testing::Folder;
using ::testing::HasSubstr;

TEST(Cvat, ImagesWithEveryShape) {
  Folder folder;
  folder.put("images/a.jpg");
  folder.put("annotations.xml", R"(<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><task><name>x</name></task></meta>
<image id="0" name="a.jpg" width="100" height="80" subset="Train">
<box label="猫" occluded="1" xtl="1.5" ytl="2" xbr="30" ybr="40" z_order="0"><attribute name="age">3</attribute></box>
<box label="b" xtl="10" ytl="10" xbr="30" ybr="20" rotation="90"/>
<polygon label="p" points="1,1;9,1;5,9"/>
<polyline label="l" points="1,1;9,9;20,9"/>
<points label="k" points="4,4"/>
<tag label="sunny"/>
<mask label="m" rle="1, 2" left="5" top="6" width="10" height="11"/>
<skeleton label="s"><points label="head" points="1,2" outside="0" occluded="0"/><points label="foot" points="5,9" occluded="1"/></skeleton>
<box label="bad" xtl="x" ytl="2" xbr="30" ybr="40"/>
<polygon label="bad" points="1,x;2,2"/>
</image></annotations>)");
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.kind, "cvat");
  ASSERT_EQ(got.lines.size(), 1u);
  for (
      const char* part :
      {R"({"bbox":[[1.5,2],[30,2],[30,40],[1.5,40]],"class":"猫","occluded":1,"attributes":{"age":"3"}})",
       R"({"bbox":[[1,1],[9,1],[5,9]],"class":"p"})", R"("class":"l","shape":"polyline")",
       R"({"bbox":[[5,6],[15,6],[15,17],[5,17]],"class":"m","mask":{"left":5,"top":6,"width":10,"height":11,"rle":"1, 2"}})",
       R"({"bbox":[[1,2],[5,2],[5,9],[1,9]],"class":"s","keypoints":[1,2,2,5,9,1],"keypoint_names":["head","foot"]})",
       R"({"name":"class","type":"classification","version":"1","data":[{"class":"sunny"}]})", R"("split":"train")"})
    EXPECT_THAT(got.lines[0], HasSubstr(part));
  EXPECT_EQ(got.slugs(), "bbox_too_few_points bbox_not_a_number bbox_not_a_number");
  EXPECT_EQ(got.rejects[0].line, 8u);
}

TEST(Cvat, TracksBecomeTheFramesOfAVideo) {
  Folder folder;
  folder.put("images/frame_000000.PNG").put("images/frame_000002.PNG");
  folder.put("annotations.xml", R"(<annotations><version>1.1</version>
<track id="4" label="car"><box frame="0" keyframe="1" outside="0" xtl="1" ytl="1" xbr="5" ybr="5"/>
<box frame="1" outside="0" xtl="1" ytl="1" xbr="5" ybr="5"/><box frame="2" outside="1" xtl="1" ytl="1" xbr="5" ybr="5"/></track>
<track id="5" label="bus"><box frame="2" outside="0" xtl="1" ytl="1" xbr="5" ybr="5"/></track></annotations>)");
  const auto got = folder.import();
  ASSERT_OK(got.result);
  ASSERT_EQ(got.lines.size(), 2u);
  EXPECT_THAT(got.lines[0], HasSubstr(R"("class":"car","track_id":4)"));
  EXPECT_THAT(got.lines[1], HasSubstr(R"("class":"bus","track_id":5)"));
  EXPECT_EQ(got.slugs(), "picture_missing");
  EXPECT_EQ(got.counts.notes.at("track_end"), 1u);
}

TEST(Cvat, AFileThatIsCutIsAnErrorWithItsPlace) {
  Folder folder;
  folder.put("a.jpg").put("annotations.xml", "<annotations><version>1.1</version>\n<image id=\"0\" name=\"a.jpg\"");
  const auto got = folder.import();
  EXPECT_ERROR(got.result, "xml.bad");
  EXPECT_EQ(got.result.error().details().at("line"), "2");
}

TEST(Labelme, ShapesAndPathsOfWindows) {
  Folder folder;
  folder.put("train/a.jpg").put("train/json/a.json", R"({"version":"5.0","flags":{"night":true,"rain":false},
"shapes":[{"label":"猫","points":[[30,40],[10,20]],"group_id":null,"shape_type":"rectangle","flags":{}},
{"label":"p","points":[[1,1],[9,1],[5,9]],"shape_type":"polygon","group_id":2},
{"label":"c","points":[[20,20],[20,25]],"shape_type":"circle"},
{"label":"x","points":[[1,1]],"shape_type":"point"},
{"label":"","points":[[1,1],[2,2]],"shape_type":"rectangle"}],
"imagePath":"..\\a.jpg","imageData":null,"imageHeight":100,"imageWidth":100})");
  folder.put("train/json/b.json",
             R"({"shapes":[{"label":"a","points":[[1,1],[2,2]]}],"imagePath":"..\\..\\..\\etc\\b.jpg"})");
  folder.put("train/json/c.json", R"({"shapes":[{"label":"a","points":[[1,1],)");
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.kind, "labelme");
  EXPECT_EQ(got.slugs(), "bbox_too_few_points class_missing picture_missing json.bad");
  EXPECT_EQ(got.rejects[0].line, 5u);
  ASSERT_EQ(got.lines.size(), 1u);
  for (const char* part : {R"({"bbox":[[10,20],[30,20],[30,40],[10,40]],"class":"猫"})",
                           R"({"bbox":[[1,1],[9,1],[5,9]],"class":"p","group_id":2})",
                           R"({"bbox":[[15,15],[25,15],[25,25],[15,25]],"class":"c","shape":"circle"})",
                           R"("data":[{"class":"night"}])", R"("width":100,"height":100,"split":"train")"})
    EXPECT_THAT(got.lines[0], HasSubstr(part));
}

TEST(Labelme, ThePictureInsideIsUnpackedWhereItMay) {
  Folder folder;
  folder.put("a.json", R"({"shapes":[],"imagePath":"a.jpg","imageData":"R0lGODlhAQABAAAAACw="})");
  EXPECT_EQ(folder.import().slugs(), "picture_missing");
  std::string stored;
  Request request;
  request.store = [&stored](std::string_view name, std::string_view) -> Result<void> {
    stored = name;
    return {};
  };
  const auto got = folder.import("", request);
  EXPECT_EQ(got.lines.size(), 1u);
  EXPECT_EQ(stored, "a.gif");
}

TEST(Choice, TwoThatAreNearNeedAWord) {
  Folder folder;
  folder.put("JPEGImages/a.jpg").put("labels/a.txt", "0 0.5 0.5 0.1 0.1\n").put("data.yaml", "train: x\nnames: [a]\n");
  folder.put("Annotations/a.xml", "<annotation><filename>a.jpg</filename></annotation>");
  const auto got = folder.import();
  EXPECT_ERROR(got.result, "import.ambiguous");
  EXPECT_THAT(got.result.error().hint(), HasSubstr("--as voc|yolo"));
  EXPECT_OK(folder.import("voc").result);
}

TEST(Choice, EveryDriverSaysWhatItIsAndTakesNoUnknownOption) {
  Folder folder;
  folder.put("a.jpg");
  for (const Importer* importer : importers()) {
    EXPECT_FALSE(importer->title().empty());
    EXPECT_THAT(importer->options_schema(), HasSubstr("object"));
    const std::string name(importer->name());
    EXPECT_ERROR(folder.import(name, {.options = R"({"elephants":1})"}).result, "field.unknown");
  }
}

}  // namespace
}  // namespace ava::exchange
