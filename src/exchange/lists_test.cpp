// Lists of Caffe and MXNet, folders of Hugging Face, lists of AVA.
#include "exchange/testing.hpp"
#include "exchange/text_lines.hpp"

namespace ava::exchange {
namespace {

using ::testing::ElementsAre;
using testing::Folder;
using ::testing::HasSubstr;

std::string classified(const std::string& url, const std::string& cls, const std::string& more = "") {
  return R"({"url":")" + url + R"(","type":"image","label":[{"name":"class","type":"classification","version":"1",)" +
         R"("data":[{"class":")" + cls + R"("}]}])" + more + "}";
}

TEST(CaffeList, TheLabelStandsAfterTheLastBlank) {
  Folder folder;
  folder.put("train/a b.jpg").put("val/c.jpg").put("synsets.txt", "猫\n狗\n");
  folder.put("train.txt", "\xEF\xBB\xBFtrain/a b.jpg 1\r\n\ngone.jpg 0\nnonsense\n").put("val.txt", "c.jpg 0");
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.kind, "caffe");
  EXPECT_THAT(got.lines, ElementsAre(classified("train/a b.jpg", "狗", R"(,"split":"train")"),
                                     classified("val/c.jpg", "猫", R"(,"split":"val")")));
  EXPECT_EQ(got.slugs(), "picture_missing list.bad_line");
  EXPECT_EQ(got.rejects[1].line, 4u);
}

TEST(MxnetList, ClassesFlagsAndBoxes) {
  Folder folder;
  folder.put("a.jpg").put("b.jpg").put("c.jpg").put("d.jpg");
  folder.put("x.lst",
             "0\t3.0\ta.jpg\n1\t0\t1\t1\tb.jpg\n2\t4\t5\t100\t80\t1\t.25\t.5\t.75\t1\tc.jpg\n3\t1.5\td.jpg\n4\t-1\td."
             "jpg\n5\tx\td.jpg\n");
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.kind, "mxnet");
  ASSERT_EQ(got.lines.size(), 5u);
  EXPECT_EQ(got.lines[0], classified("a.jpg", "3"));
  EXPECT_THAT(got.lines[1], HasSubstr(R"("data":[{"class":"1"},{"class":"2"}])"));
  EXPECT_THAT(got.lines[2], HasSubstr(R"({"bbox":[[25,40],[75,40],[75,80],[25,80]],"class":"1"})"));
  EXPECT_EQ(got.slugs(), "class_unknown class_unknown list.bad_line");
}

TEST(HuggingFace, ColumnsAreNoMembersOfTheList) {
  Folder folder;
  folder.put("a.jpg");
  folder.put("metadata.jsonl",
             R"({"file_name":"a.jpg","label":"cat","detect":9,"class":{"x":1},"facecluster":"y","k":2})"
             "\n");
  const auto got = folder.import();
  ASSERT_OK(got.result);
  ASSERT_EQ(got.lines.size(), 1u);
  EXPECT_EQ(got.lines[0], classified("a.jpg", "cat", R"(,"k":2)"));
  EXPECT_EQ(got.counts.notes.at("not_carried.detect"), 1u);
}

TEST(HuggingFace, RowsOfJson) {
  Folder folder;
  folder.put("train/1.jpg").put("train/2.jpg").put("train/3.jpg");
  folder.put(
      "train/metadata.jsonl",
      "{\"file_name\":\"1.jpg\",\"label\":\"猫\",\"text\":\"a cat\"}\n"
      "{\"file_name\":\"2.jpg\",\"width\":20,\"height\":20,\"objects\":{\"bbox\":[[1,2,3,4],[5,5,0,1],[null,1,1,1]],"
      "\"categories\":[0,1,2],\"area\":[12,0,1]}}\n"
      "{\"file_name\":\"gone.jpg\"}\n{\"file_name\":\n{\"file_name\":\"../../x.jpg\"}\n");
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_EQ(got.kind, "huggingface");
  EXPECT_THAT(
      got.lines,
      ElementsAre(
          classified("train/1.jpg", "猫", R"(,"split":"train","text":"a cat")"),
          R"({"url":"train/2.jpg","type":"image","label":[{"name":"class","type":"detection","version":"1","data":[)"
          R"({"bbox":[[1,2],[4,2],[4,6],[1,6]],"class":"0","area":12}]}],"split":"train","width":20,"height":20})",
          R"({"url":"train/3.jpg","type":"image","label":[]})"));
  EXPECT_EQ(got.slugs(), "bbox_empty bbox_not_a_number picture_missing json.bad name_unsafe");
  EXPECT_EQ(got.rejects[3].line, 4u);
}

TEST(HuggingFace, RowsOfCsv) {
  Folder folder;
  folder.put("a,b.jpg").put("c.jpg");
  folder.put("metadata.csv",
             "file_name,label,note\r\n\"a,b.jpg\",dog,\"says \"\"woof\"\"\"\r\nc.jpg,cat,\"two\nlines\"\r\n");
  const auto got = folder.import();
  ASSERT_OK(got.result);
  EXPECT_THAT(got.lines, ElementsAre(classified("a,b.jpg", "dog", R"(,"note":"says \"woof\"")"),
                                     classified("c.jpg", "cat", R"(,"note":"two\nlines")")));
  folder.put("metadata.csv", "file_name\n\"a\n");
  EXPECT_ERROR(folder.import().result, "csv.unclosed_quote");
}

TEST(AvaList, RelativeUrlsArePicturesBesideIt) {
  Folder folder;
  folder.put("set/index.lst", "{\"url\":\"a.jpg\",\"label\":{\"class\":{\"pulp\":\"sexy\"}}}\nno json\n")
      .put("set/a.jpg");
  const auto got = folder.import("", {.url_prefix = "qiniu:///b/"});
  ASSERT_OK(got.result);
  EXPECT_EQ(got.kind, "list");
  EXPECT_THAT(got.lines,
              ElementsAre(R"({"url":"qiniu:///b/set/a.jpg","type":"image","label":{"class":{"pulp":"sexy"}}})"));
  EXPECT_EQ(got.rejects.size(), 1u);
}

}  // namespace
}  // namespace ava::exchange
