#include <filesystem>

#include "base/file.hpp"
#include "base/testing.hpp"
#include "convert/export_names.hpp"
#include "convert/export_run.hpp"
#include "image/codec.hpp"

namespace ava::convert {
namespace {

TEST(FileNames, AreThoseOfTheUrlsUnlessTwoAreAlike) {
  FileNames names;
  bool renamed = false;
  EXPECT_EQ(names.name_of("qiniu:///b/猫/a.jpg", 1, "jpg", renamed), "a.jpg");
  EXPECT_FALSE(renamed);
  EXPECT_EQ(names.name_of("qiniu:///b/狗/A.png", 7, "png", renamed), "A-7.png") << "one XML would be for both";
  EXPECT_TRUE(renamed);
  EXPECT_EQ(names.name_of("http://h/x", 8, "png", renamed), "x.png");
}

class Exporting : public ::testing::Test {
 protected:
  void SetUp() override {
    const image::Pixels pixels{.width = 4, .height = 4, .channels = 3, .data = std::vector<std::uint8_t>(48, 7)};
    ASSERT_OK(file::write_atomic(dir_ / "a.png", image::encode_png(pixels).value()));
    ASSERT_OK(file::write_atomic(dir_ / "cut.png", image::encode_png(pixels).value().substr(0, 40)));
    std::string lines;
    for (const char* name : {"a.png", "cut.png"})
      lines += std::string(R"({"url":")") + name +
               R"(","type":"image","label":[{"name":"d","type":"detection","version":"1","data":[)"
               R"({"bbox":[[0,0],[2,0],[2,2],[0,2]],"class":"dog"}]}]})"
               "\n";
    ASSERT_OK(file::write_atomic(dir_ / "list.lst", lines));
    spec_.from = (dir_ / "list.lst").string();
    spec_.sources.base_folder = dir_.path().string();
    spec_.target.folder = (dir_ / "out").string();
  }
  ava::testing::TempDir dir_;
  ExportSpec spec_;
};

TEST_F(Exporting, ListsADamagedPictureAndClosesTheCounts) {
  for (const char* to : {"coco", "voc", "yolo", "list"}) {
    spec_.to = to;
    spec_.target.folder = (dir_ / to).string();
    ASSERT_OK_AND(const ExportResult result, run_export(spec_, {}, {}));
    EXPECT_EQ(result.items_out, 1u) << to;
    EXPECT_EQ(result.items_listed, 1u);
    EXPECT_EQ(result.reasons.begin()->first.substr(0, 8), "picture.");
    EXPECT_EQ(result.annotations_in, 2u);
    EXPECT_EQ(result.annotations_out, 1u);
    EXPECT_EQ(result.left_out, (ExportCounts{{"with_its_picture", 1}}));
  }
}

TEST_F(Exporting, LeavesNothingBehindWhenItFails) {
  spec_.to = "folder";
  EXPECT_ERROR(run_export(spec_, {}, {}), "label.none");
  spec_.to = "gif";
  EXPECT_ERROR(run_export(spec_, {}, {}), "export.unknown");
  EXPECT_FALSE(std::filesystem::exists(spec_.target.folder));
}

}  // namespace
}  // namespace ava::convert
