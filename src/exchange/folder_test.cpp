// Folders as classes, folders as parts, and names with tricks.
#include "exchange/testing.hpp"

namespace ava::exchange {
namespace {

using testing::Folder;

TEST(FolderImporter, FoldersAreClasses) {
  Folder folder;
  folder.put("猫/a/1.jpg").put("狗/2.PNG").put("top.jpg").put("README.md").put("猫/data.bin");
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.kind, "folder");
  ASSERT_EQ(got.lines.size(), 3u);
  EXPECT_EQ(got.lines[0], R"({"url":"top.jpg","type":"image","label":[]})");
  EXPECT_EQ(got.lines[2],
            R"({"url":"猫/a/1.jpg","type":"image","label":[{"name":"class","type":"classification","version":"1",)"
            R"("data":[{"class":"猫"}]}]})");
  EXPECT_EQ(got.slugs(), "not_a_picture");
  EXPECT_EQ(got.counts.files_ignored, 1u);
  EXPECT_EQ(got.counts.unlabelled, 1u);
}

TEST(FolderImporter, PartsAtTheTopAreKept) {
  Folder folder;
  folder.put("train/cat/1.jpg").put("val/cat/2.jpg").put("test/3.jpg");
  const auto got = folder.import();
  ASSERT_OK(got.result);
  ASSERT_EQ(got.lines.size(), 3u);
  EXPECT_EQ(got.lines[0], R"({"url":"test/3.jpg","type":"image","label":[],"split":"test"})");
  EXPECT_NE(got.lines[1].find(R"("class":"cat"}]}],"split":"train")"), std::string::npos) << got.lines[1];
  const auto as_classes = folder.import("folder", {.options = R"({"splits":false})"});
  ASSERT_OK(as_classes.result);
  EXPECT_NE(as_classes.lines[1].find(R"("class":"train")"), std::string::npos) << as_classes.lines[1];
}

TEST(FolderImporter, OneFolderAroundTheClassesIsNoClass) {
  Folder folder;
  folder.put("set/cat/1.jpg").put("set/dog/2.jpg");
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_NE(got.lines[0].find(R"("class":"cat")"), std::string::npos) << got.lines[0];
  Folder one;
  one.put("cat/1.jpg");
  EXPECT_NE(one.import().lines.at(0).find(R"("class":"cat")"), std::string::npos);
}

TEST(FolderImporter, NamesWithTricksAreListed) {
  Folder folder;
  folder.put("a\nb/1.jpg").put("\xFF/1.jpg").put("c/1.jpg");
  const auto got = folder.import("folder");
  ASSERT_OK(got.result);
  EXPECT_EQ(got.slugs(), "name.line_break name_not_utf8");
}

TEST(FolderImporter, AnEmptyFolderIsAnError) {
  Folder folder;
  folder.put("note.txt");
  EXPECT_ERROR(folder.import("folder").result, "folder.no_pictures");
  EXPECT_ERROR(folder.import().result, "import.not_recognized");
  EXPECT_ERROR(folder.import("elephant").result, "import.unknown_kind");
}

TEST(UnlabelledImporter, TakesEveryPicture) {
  Folder folder;
  folder.put("a/1.jpg").put("2.jpg");
  const auto got = folder.import("unlabelled", {.url_prefix = "qiniu:///b/"});
  ASSERT_OK(got.result);
  ASSERT_EQ(got.lines.size(), 2u);
  EXPECT_EQ(got.lines[1], R"({"url":"qiniu:///b/a/1.jpg","type":"image","label":[]})");
}

}  // namespace
}  // namespace ava::exchange
