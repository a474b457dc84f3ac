// Pascal VOC: coordinates from 1, parts from ImageSets, bad objects listed with their line.
#include <fmt/format.h>

#include "exchange/testing.hpp"

namespace ava::exchange {
namespace {

using testing::Folder;

std::string object(const std::string& name, const std::string& box, const std::string& more = "") {
  std::string out = "<object>\n<name>" + name + "</name>" + more + "<bndbox>";
  const char* edges[] = {"xmin", "ymin", "xmax", "ymax"};
  std::size_t at = 0;
  for (const char* edge : edges) {
    const std::size_t end = std::min(box.find(' ', at), box.size());
    out += fmt::format("<{0}>{1}</{0}>", edge, box.substr(at, end - at));
    at = std::min(end + 1, box.size());
  }
  return out + "</bndbox></object>\n";
}

std::string annotation(const std::string& picture, const std::string& objects, int width = 100, int height = 80) {
  return fmt::format(
      "<annotation>\n<filename>{}</filename><size><width>{}</width><height>{}</height><depth>3</depth></size>\n{}"
      "</annotation>\n",
      picture, width, height, objects);
}

TEST(Voc, CountsFromOneAndTheLastPixelIsInside) {
  Folder folder;
  folder.put("JPEGImages/猫.jpg").put("ImageSets/Main/train.txt", "猫\n");
  folder.put("Annotations/猫.xml", annotation("猫.jpg", object("猫", "11 21 81 80", "<difficult>1</difficult>")));
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.kind, "voc");
  ASSERT_EQ(got.lines.size(), 1u);
  EXPECT_EQ(got.lines[0],
            R"({"url":"JPEGImages/猫.jpg","type":"image","label":[{"name":"class","type":"detection","version":"1",)"
            R"("data":[{"bbox":[[10,20],[81,20],[81,80],[10,80]],"class":"猫","difficult":1}]}],)"
            R"("width":100,"height":80,"split":"train"})");
}

TEST(Voc, ABoxOutsideIsCutAndCountedAnEmptyOneListed) {
  Folder folder;
  folder.put("JPEGImages/a.jpg");
  folder.put("Annotations/a.xml", annotation("a.jpg", object("cell", "0 1 10 10") + object("cell", "9 9 8 8") +
                                                          object("cell", "nan 1 2 2") + object("", "1 1 5 5") +
                                                          object("cell", "x 1 2 2") + object("cell", "200 1 300 9")));
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.slugs(), "bbox_empty bbox_not_a_number class_missing bbox_not_a_number bbox_empty");
  EXPECT_EQ(got.rejects[0].line, 5u) << got.rejects[0].detail;
  EXPECT_EQ(got.counts.annotations_in, 6u);
  EXPECT_EQ(got.counts.annotations_out, 1u);
  EXPECT_EQ(got.counts.notes.at("bbox_clipped"), 1u);
}

TEST(Voc, AFileThatIsCutIsListedWithItsPlaceAndTheRestGoesOn) {
  Folder folder;
  folder.put("JPEGImages/a.jpg").put("JPEGImages/b.jpg").put("JPEGImages/c.jpg");
  folder.put("Annotations/a.xml", annotation("a.jpg", object("cell", "1 1 5 5")));
  folder.put("Annotations/b.xml", annotation("b.jpg", object("cell", "1 1 5 5")).substr(0, 150));
  folder.put("Annotations/d.xml", annotation("d.jpg", object("cell", "1 1 5 5") + object("cell", "1 1 5 5")));
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.slugs(), "xml.bad picture_missing");
  EXPECT_GT(got.rejects[0].line, 0u);
  EXPECT_EQ(got.counts.items_in, 5u) << "three annotations, and two pictures nobody described";
  EXPECT_EQ(got.counts.items_out, 3u);
  EXPECT_EQ(got.counts.annotations_rejected, 2u) << "they go with their picture, counted";
  EXPECT_EQ(got.counts.notes.at("picture_without_annotation"), 2u);
}

TEST(Voc, EntitiesAreRefused) {
  Folder folder;
  folder.put("JPEGImages/a.jpg");
  folder.put("Annotations/a.xml",
             "<!DOCTYPE annotation [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n<annotation><filename>&b;"
             "</filename><object><name>c</name></object></annotation>");
  const auto got = folder.import("voc");
  ASSERT_OK(got.result);
  EXPECT_EQ(got.slugs(), "xml.entity");
}

TEST(Voc, OneFolderThatHoldsEverythingIsLookedThrough) {
  Folder folder;
  folder.put("BCCD/JPEGImages/a.jpg").put("BCCD/ImageSets/Main/val.txt", "a\n");
  folder.put("BCCD/Annotations/a.xml", annotation("C:\\x\\a.jpg", object("cell", "1 1 5 5")));
  const auto got = folder.import();
  ASSERT_OK(got.result);
  ASSERT_EQ(got.lines.size(), 1u) << got.slugs();
  EXPECT_NE(got.lines[0].find(R"("url":"BCCD/JPEGImages/a.jpg")"), std::string::npos) << got.lines[0];
  EXPECT_NE(got.lines[0].find(R"("split":"val")"), std::string::npos) << got.lines[0];
}

}  // namespace
}  // namespace ava::exchange
