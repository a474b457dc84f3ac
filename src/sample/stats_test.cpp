// Statistics and labels.csv.
#include "base/testing.hpp"
#include "sample/label_stats.hpp"
#include "sample/labels_csv.hpp"
#include "sample/list_reader.hpp"

namespace ava::sample {
namespace {

LabelStats stats_of(const std::string& text, unsigned threads = 1) {
  std::vector<StatsCounter> counters(threads);
  ListOptions options;
  options.threads = threads;
  options.block_bytes = 128;
  ListReader reader(source_of(text), options, [&](unsigned thread, const Batch& batch) {
    for (const SampleView& sample : batch.samples()) counters[thread].add(sample);
  });
  Batch batch;
  for (;;) {
    const auto more = reader.next(batch);
    EXPECT_OK(more);
    if (!more.ok() || !*more) break;
  }
  for (unsigned i = 1; i < threads; ++i) counters[0].merge(counters[i]);
  return counters[0].finish();
}

const std::string kList =
    R"({"url":"http://h/1","type":"image","label":[{"name":"pulp","type":"classification","version":"1","data":[{"class":"性感"}]}]}
{"url":"http://h/2","type":"image","label":[{"name":"pulp","type":"classification","version":"1","data":[]}]}
{"url":"http://h/3","type":"image","label":{"detect":{"general_d":{"bbox":[{"class":"dog","pts":[[0,0],[2,2]]},{"class":"cat","pts":[[0,0],[2,2]]},{"class":"cat","pts":[[0,0],[2,2]]}]}}}}
{"url":"http://h/4","type":"image","label":{"facecluster":"a"}}
{"url":"http://h/5","type":"image","label":{"facecluster":"b"}}
{"url":"http://h/6","type":"image","label":{"facecluster":"b"}}
)";

TEST(LabelStats, CountsItemsBoxesAndClusters) {
  for (const unsigned threads : {1u, 3u}) {
    const LabelStats stats = stats_of(kList, threads);
    EXPECT_EQ(
        stats.to_original_json(),
        R"({"fileCount":6,"classification":[{"name":"pulp","total":1,"count":{"性感":1},"images":1,"unlabelled":5}],"class":[{"name":"pulp","total":1,"count":{"性感":1},"images":1,"unlabelled":5}],"detection":[{"name":"general_d","total":3,"count":{"cat":2,"dog":1},"images":1,"unlabelled":5}],"detect":[{"name":"general_d","total":3,"count":{"cat":2,"dog":1},"images":1,"unlabelled":5}],"facecluster":{"total":3,"faceMax":2,"faceMin":1},"totalImageSize":0,"totalImageDimension":0})");
    EXPECT_TRUE(stats.labelled());
  }
}

TEST(LabelStats, AnUnlabelledListSaysSo) {
  const LabelStats stats = stats_of("{\"url\":\"http://h/1\",\"type\":\"image\",\"label\":[]}\n");
  EXPECT_FALSE(stats.labelled());
  EXPECT_EQ(stats.file_count, 1u);
}

TEST(LabelKey, ReadsOldAndNewNames) {
  ASSERT_OK_AND(const LabelKey old, LabelKey::parse("class.pulp"));
  EXPECT_EQ(old.str(), "classification.pulp");
  EXPECT_ERROR(LabelKey::parse("pulp"), "label.bad_key");
}

TEST(LabelsCsv, IsOneBareNamePerLine) {
  const std::vector<std::string> names = {"a,b", "猫", "\"q\""};
  ASSERT_OK_AND(const std::string text, write_labels_csv(names));
  EXPECT_EQ(text, "a,b\n猫\n\"q\"\n");
  ASSERT_OK_AND(const auto back, read_labels_csv(text));
  EXPECT_EQ(back, names);
  ASSERT_OK_AND(const auto indexed, read_labels_csv("0,cat\n1,dog\r\n"));
  EXPECT_THAT(indexed, ::testing::ElementsAre("cat", "dog"));
  EXPECT_ERROR(write_labels_csv(std::vector<std::string>{"a\nb"}), "name.line_break");
}

}  // namespace
}  // namespace ava::sample
