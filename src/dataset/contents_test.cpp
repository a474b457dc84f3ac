#include "dataset/contents.hpp"

#include "dataset/testing.hpp"

namespace ava::dataset {
namespace {

/// What lies in a dataset needs no database of its own: a folder with the objects of one is enough.
class ContentsOfADataset : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND(storage_, storage::open("file://" + folder_.path().string()));
    contents_ = std::make_unique<Contents>(storage_, "ds");
  }
  void put(const std::string& name, const std::string& text) { ASSERT_OK(storage::put(*storage_, "ds/" + name, text)); }
  static std::string line(int i) {
    return R"({"url":"qiniu:///b/)" + std::to_string(i) + R"(.jpg","type":"image","label":[{"name":"x","type":)" +
           R"("classification","version":"1","data":[{"class":")" + (i % 3 == 0 ? "猫" : "dog") + "\"}]}]}\n";
  }

  testing::TempDir folder_;
  std::shared_ptr<storage::Storage> storage_;
  std::unique_ptr<Contents> contents_;
};

TEST_F(ContentsOfADataset, AreReadPageByPageInListOrder) {
  std::string text;
  for (int i = 0; i < 7; ++i) text += line(i);
  put("index.lst", text);
  std::vector<std::int64_t> seen;
  db::PageRequest request{3, ""};
  for (int pages = 0; pages < 5; ++pages) {
    ASSERT_OK_AND(const auto page, contents_->samples(request, ""));
    for (const SampleItem& sample : page.items) {
      EXPECT_EQ(sample.url, "qiniu:///b/" + std::to_string(sample.index) + ".jpg");
      seen.push_back(sample.index);
    }
    if (!page.next_cursor) break;
    request.cursor = *page.next_cursor;
  }
  EXPECT_EQ(seen, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6}));
}

TEST_F(ContentsOfADataset, AreFoundByClassWithTheirPlaceInTheList) {
  std::string text;
  for (int i = 0; i < 7; ++i) text += line(i);
  put("index.lst", text);
  ASSERT_OK_AND(const auto page, contents_->samples({2, ""}, "猫"));
  ASSERT_EQ(page.items.size(), 2u);
  EXPECT_EQ(page.items[1].index, 3);
  EXPECT_EQ(page.items[1].labels[0].key, "classification.x");
  EXPECT_EQ(page.items[1].labels[0].cls, "猫");
  ASSERT_TRUE(page.next_cursor.has_value());
  ASSERT_OK_AND(const auto rest, contents_->samples({2, *page.next_cursor}, "猫"));
  ASSERT_EQ(rest.items.size(), 1u);
  EXPECT_EQ(rest.items[0].index, 6);
  EXPECT_FALSE(rest.next_cursor.has_value());
  EXPECT_EQ(contents_->samples({50, ""}, "bird")->items.size(), 0u);
}

TEST_F(ContentsOfADataset, AreAddressedByTheByteWhereTheirLineStarts) {
  put("index.lst", line(0) + line(1) + line(2));
  ASSERT_OK_AND(const auto page, contents_->samples({50, ""}, ""));
  for (const SampleItem& sample : page.items) {
    ASSERT_OK_AND(const SampleItem same, contents_->sample_at(sample.offset));
    EXPECT_EQ(same.url, sample.url);
  }
  EXPECT_ERROR(contents_->sample_at(1 << 20), "dataset.no_sample");
  EXPECT_FALSE(contents_->sample_at(5).ok()) << "the middle of a line is no sample";
}

TEST_F(ContentsOfADataset, MayHaveTheOldFormOfLabels) {
  put("index.lst", R"({"url":"u","label":{"class":{"pulp":"sexy"}}})"
                   "\n"
                   R"({"url":"v"})"
                   "\n"
                   R"({"url":7})"
                   "\n");
  ASSERT_OK_AND(const auto page, contents_->samples({2, ""}, ""));
  ASSERT_EQ(page.items.size(), 2u);
  EXPECT_EQ(page.items[0].labels[0].key, "classification.pulp");
  EXPECT_EQ(page.items[0].labels[0].cls, "sexy");
  EXPECT_TRUE(page.items[1].labels.empty());
  EXPECT_FALSE(contents_->samples({50, ""}, "").ok()) << "a url that is a number is damage, not a sample";
}

TEST_F(ContentsOfADataset, AreReadInBoundedPieces) {
  std::string text;  // 20 MiB: more than one call reads
  const std::string filler(1 << 20, 'x');
  for (int i = 0; i < 20; ++i) text += R"({"url":")" + filler + "\"}\n";
  put("index.lst", text);
  std::int64_t count = 0;
  db::PageRequest request{50, ""};
  int calls = 0;
  for (; calls < 10; ++calls) {
    ASSERT_OK_AND(const auto page, contents_->samples(request, "no such class"));
    EXPECT_TRUE(page.items.empty());
    if (!page.next_cursor) break;
    request.cursor = *page.next_cursor;
    ++count;
  }
  EXPECT_GT(count, 0) << "a search says where it stopped";
  EXPECT_LT(calls, 10) << "and comes to an end";
}

TEST_F(ContentsOfADataset, RefuseCursorsOfOtherLists) {
  put("index.lst", line(0));
  for (const char* bad : {"x", "5", "5:", ":5", "-1:0", "1:-1", "ds_01abc", "1:2:3", "1 :2"})
    EXPECT_ERROR(contents_->samples({50, bad}, ""), "dataset.bad_cursor");
}

TEST_F(ContentsOfADataset, TellWhichLinesWereLeftOutAndWhy) {
  put("rejects.jsonl", R"({"line":7,"column":3,"url":"a","slug":"label_bad","detail":"no class","hint":"add one"})"
                       "\n"
                       R"({"line":9,"slug":"json_bad"})"
                       "\n");
  ASSERT_OK_AND(const auto page, contents_->rejects({1, ""}));
  ASSERT_EQ(page.items.size(), 1u);
  EXPECT_EQ(page.items[0].line, 7);
  EXPECT_EQ(page.items[0].column, 3);
  EXPECT_EQ(page.items[0].hint, "add one");
  ASSERT_OK_AND(const auto rest, contents_->rejects({50, *page.next_cursor}));
  ASSERT_EQ(rest.items.size(), 1u);
  EXPECT_EQ(rest.items[0].slug, "json_bad");
}

TEST_F(ContentsOfADataset, ThatAreGoneAreNotFound) {
  EXPECT_ERROR(contents_->stats(), "object.not_found");
  EXPECT_ERROR(contents_->samples({}, ""), "object.not_found");
}

class ImportedContents : public World {};
AVA_ON_EVERY_DATABASE(ImportedContents);

TEST_P(ImportedContents, HaveStatisticsAndEveryRejectedLine) {
  bind();
  ASSERT_OK_AND(const Dataset ready, dataset("animals", list_text() + "{\"url\":\n" + "not json\n"));
  EXPECT_EQ(ready.item_count, 8);
  EXPECT_EQ(ready.reject_count, 2);
  ASSERT_OK_AND(const auto storage, datasets_->storage_of(ready));
  const Contents contents(storage, ready.prefix);
  ASSERT_OK_AND(const auto stats, contents.stats());
  EXPECT_EQ(stats.file_count, 8u);
  ASSERT_EQ(stats.labels.size(), 1u);
  EXPECT_EQ(stats.labels[0].name, "animal");
  ASSERT_EQ(stats.labels[0].count.size(), 2u);
  EXPECT_EQ(stats.labels[0].count[0].count, 4u);
  ASSERT_OK_AND(const auto rejects, contents.rejects({}));
  ASSERT_EQ(rejects.items.size(), 2u);
  EXPECT_EQ(rejects.items[0].line, 9);
  EXPECT_FALSE(rejects.items[0].slug.empty());
  ASSERT_OK_AND(const auto samples, contents.samples({}, "猫"));
  EXPECT_EQ(samples.items.size(), 4u);
}

TEST_P(ImportedContents, MayBeAskedToFailOnTheFirstBadLine) {
  bind();
  CreateDataset request = from_upload("animals", upload(anna_, "list.json", list_text() + "not json\n"));
  request.on_error = "fail";
  ASSERT_OK_AND(const Dataset made, datasets_->create(anna_, request));
  ASSERT_OK_AND(const auto outcome, work(*made.job_id));
  EXPECT_EQ(outcome.verdict, job::Outcome::Verdict::kFailed);
  ASSERT_OK_AND(const Dataset failed, datasets_->find(made.id));
  ASSERT_EQ(failed.state, DatasetState::kFailed);
  EXPECT_NE(failed.error->detail.find('9'), std::string::npos) << failed.error->detail;
  EXPECT_OK(datasets_->remove(anna_, failed.id));
}

}  // namespace
}  // namespace ava::dataset
