// COCO: ids and members kept, masks as numbers, what does not fit listed with its place.
#include "exchange/testing.hpp"

#include "exchange/coco_rle.hpp"

namespace ava::exchange {
namespace {

using ::testing::ElementsAre;
using testing::Folder;
using ::testing::HasSubstr;

TEST(CocoRle, TheVectors) {
  const std::pair<std::vector<std::uint32_t>, const char*> vectors[] = {{{2, 3, 1, 1}, "231N"},
                                                                        {{0, 6, 1}, "061"},
                                                                        {{6, 1, 40, 4, 5, 4, 5, 4, 21}, "61X13mN000`0"},
                                                                        {{1000000}, "Pb`n0"}};
  for (const auto& [runs, text] : vectors) {
    EXPECT_EQ(encode_rle(runs), text);
    ASSERT_OK_AND(const auto back, decode_rle(text));
    EXPECT_EQ(back, runs);
  }
  EXPECT_ERROR(decode_rle("P"), "rle.bad");
  EXPECT_ERROR(decode_rle("2 1"), "rle.bad");
  EXPECT_ERROR(decode_rle("O"), "rle.bad");  // a negative run
}

const std::string kCategories =
    R"("categories":[{"id":18,"name":"狗","supercategory":"animal"},{"id":90,"name":"brush"}])";

std::string coco(const std::string& images, const std::string& annotations) {
  return "{\"info\":{\"year\":2017,\"x\":[1,{\"images\":[]}]},\n\"annotations\":[\n" + annotations +
         "],\n\"images\":[" + images + "],\n" + kCategories + "}";
}

TEST(Coco, AnnotationsMayComeBeforeTheirPictures) {
  Folder folder;
  folder.put("images/train2017/a.jpg").put("images/train2017/b.jpg");
  folder.put(
      "annotations/instances_train2017.json",
      coco(
          R"({"id":7,"file_name":"a.jpg","width":40,"height":30},{"id":3,"file_name":"b.jpg","width":40,"height":30})",
          R"({"id":1,"image_id":7,"category_id":18,"bbox":[1,2.5,10,20],"area":200,"iscrowd":0,"segmentation":[[1,2.5,11,2.5,11,22.5]]},)"
          R"({"id":2,"image_id":7,"category_id":90,"bbox":[0,0,41,5],"iscrowd":1,"segmentation":{"size":[2,2],"counts":"121"}})"));
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.kind, "coco");
  EXPECT_THAT(
      got.lines,
      ElementsAre(
          R"({"url":"images/train2017/a.jpg","type":"image","label":[{"name":"class","type":"detection","version":"1","data":[)"
          R"({"bbox":[[1,2.5],[11,2.5],[11,22.5],[1,22.5]],"class":"狗","id":1,"category_id":18,"area":200,"segmentation":[[1,2.5,11,2.5,11,22.5]]},)"
          R"({"bbox":[[0,0],[40,0],[40,5],[0,5]],"class":"brush","id":2,"category_id":90,"iscrowd":1,"segmentation":{"size":[2,2],"counts":[1,2,1]}}]}],)"
          R"("width":40,"height":30,"split":"train","image_id":7})",
          R"({"url":"images/train2017/b.jpg","type":"image","label":[{"name":"class","type":"detection","version":"1","data":[]}],)"
          R"("width":40,"height":30,"split":"train","image_id":3})"));
  EXPECT_EQ(got.counts.notes.at("iscrowd"), 1u);
  EXPECT_EQ(got.counts.notes.at("bbox_clipped"), 1u);
  EXPECT_EQ(got.counts.notes.at("not_carried.category_supercategory"), 1u);
}

TEST(Coco, ARunLengthThatIsNoNumberSpoilsItsMaskOnly) {
  Folder folder;
  folder.put("a.jpg");
  folder.put(
      "labels.json",
      coco(
          R"({"id":1,"file_name":"a.jpg","width":4,"height":3})",
          R"({"id":1,"image_id":1,"category_id":18,"bbox":[1,1,2,2],"segmentation":{"size":[3,4],"counts":["nan",12]}})"));
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.counts.notes.count("segmentation_bad"), 1u);
  EXPECT_EQ(got.counts.annotations_out, 1u);
}

TEST(Coco, WhatIsWrongIsListedWithItsPlace) {
  Folder folder;
  folder.put("a.jpg").put("b.jpg");
  folder.put("labels.json", coco(R"({"id":1,"file_name":"a.jpg","width":40,"height":30},
{"id":1,"file_name":"b.jpg"},{"id":2,"file_name":"gone.jpg"},{"id":4,"file_name":"../../etc/x.jpg"},{"file_name":"b.jpg"})",
                                 R"({"id":1,"image_id":1,"category_id":18,"bbox":[1,1,5,5]},
{"id":1,"image_id":1,"category_id":18,"bbox":[2,2,5,5]},
{"id":3,"image_id":99,"category_id":18,"bbox":[1,1,5,5]},
{"id":4,"image_id":1,"category_id":17,"bbox":[1,1,5,5]},
{"id":5,"image_id":1,"category_id":18,"bbox":[NaN,1,5,5]},
{"id":6,"image_id":1,"category_id":18,"bbox":[1,1,0,5]},
{"id":7,"image_id":1,"category_id":18,"bbox":["x",1,5,5]},
{"id":8,"image_id":1,"category_id":18},
{"id":9,"image_id":2,"category_id":18,"bbox":[1,1,5,5]},
{"id":10,"image_id":1,"category_id":18,"bbox":[1 1,5,5]})"));
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(
      got.slugs(),
      "bbox_not_a_number json.bad image_id_missing annotation_id_twice image_unknown image_id_twice class_unknown "
      "bbox_empty bbox_not_a_number bbox_missing picture_missing name_unsafe");
  EXPECT_EQ(got.rejects[3].line, 4u) << got.rejects[3].detail;
  EXPECT_EQ(got.counts.items_in, 5u);
  EXPECT_EQ(got.counts.items_out, 1u);
  EXPECT_EQ(got.counts.annotations_in, 10u);
  EXPECT_EQ(got.counts.annotations_out, 1u);
  const auto kept = folder.import("", {.options = R"({"keep_duplicate_ids":true})"});
  EXPECT_EQ(kept.counts.annotations_out, 2u);
}

TEST(Coco, AFileThatIsCutIsAnErrorWithItsPlace) {
  Folder folder;
  folder.put("a.jpg");
  const std::string whole = coco(R"({"id":1,"file_name":"a.jpg"})", "");
  for (std::size_t size = whole.size() / 2; size < whole.size(); size += 7) {
    folder.put("labels.json", whole.substr(0, size));
    const auto got = folder.import("coco");
    EXPECT_ERROR(got.result, "json.truncated");
    EXPECT_FALSE(got.result.error().details().at("line").empty());
  }
  folder.put("labels.json", whole + "]");
  EXPECT_ERROR(folder.import("coco").result, "json.bad");
  folder.put("labels.json", "{\"images\":[" + std::string(5000, '[') + "]}");
  EXPECT_ERROR(folder.import("coco").result, "json.bad");
}

TEST(Coco, LabelsOnlyNeedNoPictures) {
  Folder folder;
  folder.put("upload", coco(R"({"id":1,"file_name":"x/a.jpg"})",
                            R"({"image_id":1,"category_id":18,"bbox":[1,1,5,5],"score":0,"keypoints":[1,2,2]})"));
  const auto got = folder.import("", {.focus = "upload", .url_prefix = "qiniu:///b/", .labels_only = true});
  ASSERT_OK(got.result);
  EXPECT_EQ(got.kind, "coco");
  ASSERT_EQ(got.lines.size(), 1u) << got.slugs();
  EXPECT_THAT(got.lines[0], HasSubstr(R"("url":"qiniu:///b/x/a.jpg")"));
  EXPECT_THAT(got.lines[0], HasSubstr(R"("score":1e-09)"));
  EXPECT_THAT(got.lines[0], HasSubstr(R"("keypoints":[1,2,2])"));
}

TEST(Coco, OneOfSeveralDescriptionsOfTheSamePictures) {
  Folder folder;
  folder.put("val2017/a.jpg");
  const std::string text = coco(R"({"id":1,"file_name":"a.jpg"})", "");
  folder.put("annotations/instances_val2017.json", text).put("annotations/person_keypoints_val2017.json", text);
  EXPECT_EQ(folder.import().lines.size(), 1u);
  EXPECT_EQ(folder.import().counts.notes.at("file_not_read"), 1u);
  EXPECT_EQ(folder.import("", {.options = R"({"annotations":"person"})"}).lines.size(), 1u);
}

}  // namespace
}  // namespace ava::exchange
