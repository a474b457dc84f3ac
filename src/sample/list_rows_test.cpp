// The rows of formats.md 2.5 to 2.10 that list_test.cpp does not have: one by one, by the words of the table.
#include "base/testing.hpp"
#include "sample/list_reader.hpp"
#include "sample/list_writer.hpp"

namespace ava::sample {
namespace {

struct Seen {
  std::vector<Sample> samples;
  std::vector<Reject> rejects;
  ListCounts counts;
};

Seen seen_in(const std::string& text) {
  Seen seen;
  ListReader reader(source_of(text));
  Batch batch;
  for (auto more = reader.next(batch); more.ok() && *more; more = reader.next(batch)) {
    for (const SampleView& view : batch.samples()) seen.samples.push_back(parse_sample(view.raw).value());
    for (const Reject& bad : batch.rejects()) seen.rejects.push_back(bad);
  }
  seen.counts = reader.counts();
  return seen;
}

/// A line with these labels in the new form.
std::string with(const std::string& labels) {
  return R"({"url":"qiniu:///b/k","type":"image","label":[)" + labels + "]}";
}

TEST(ListRows, NumbersInStringsAreCountedAndWrittenAsNumbers) {
  const Seen seen = seen_in(with(
      R"({"name":"d","type":"detection","version":"1","data":[{"bbox":[["10","20.5"],["81","20.5"],["81","91"],["10","91"]],"class":"c"}]})"));
  EXPECT_EQ(seen.counts.warnings.count("number_in_string"), 1u);
  EXPECT_THAT(to_line(seen.samples.at(0)), ::testing::HasSubstr("[[10,20.5],[81,20.5],[81,91],[10,91]]"));
}

TEST(ListRows, TwoPointsAreWrittenAsFourClockwiseAndAnOutlineStaysOne) {
  const auto written = [](const std::string& bbox) {
    return to_line(*parse_sample(
        with(R"({"name":"d","type":"detection","version":"1","data":[{"bbox":)" + bbox + R"(,"class":"c"}]})")));
  };
  EXPECT_THAT(written("[[81,91],[10,20.0]]"), ::testing::HasSubstr("[[10,20],[81,20],[81,91],[10,91]]"));
  EXPECT_THAT(written("[[10,20],[21,31],[81,91]]"), ::testing::HasSubstr("[[10,20],[21,31],[81,91]]"));
}

TEST(ListRows, LongUrlsAndOddKeysAreKeptByteByByte) {
  const std::string raw = "qiniu:///b/a b/猫%20.jpg";
  const Seen seen = seen_in("{\"url\":\"" + raw + "\",\"type\":\"image\"}\n{\"url\":\"http://h/" +
                            std::string(300, 'x') + "\",\"type\":\"image\"}\n");
  ASSERT_EQ(seen.samples.size(), 2u);
  EXPECT_EQ(seen.samples[0].url, raw);
  EXPECT_EQ(seen.counts.warnings.at("url_long"), 1u);
}

TEST(ListRows, TheSameLabelTwiceIsOneLabel) {
  const std::string label = R"({"name":"t","type":"classification","version":"1","data":[{"class":"a"}]})";
  const Seen seen = seen_in(with(label + "," + label));
  EXPECT_EQ(seen.counts.warnings.at("duplicate_label"), 1u);
  ASSERT_EQ(seen.samples.at(0).labels.size(), 1u);
  EXPECT_EQ(seen.samples[0].labels[0].data.size(), 2u);
}

TEST(ListRows, BadUtf8SaysWhereAndTheRestGoesOn) {
  const Seen seen =
      seen_in("{\"url\":\"http://h/\xFF\",\"type\":\"image\"}\n{\"url\":\"http://h/2\",\"type\":\"image\"}\n");
  ASSERT_EQ(seen.rejects.size(), 1u);
  EXPECT_EQ(seen.rejects[0].slug, "bad_utf8");
  EXPECT_THAT(seen.rejects[0].detail, ::testing::HasSubstr("17")) << "the byte's offset";
  EXPECT_EQ(seen.samples.size(), 1u);
}

TEST(ListRows, LinesOfOneUrlAreAllKept) {
  const std::string line = R"({"url":"http://h/1","type":"image"})";
  EXPECT_EQ(seen_in(line + "\n" + line + "\n").samples.size(), 2u);
}

TEST(ListRows, APredictionIsToldByItsScore) {
  const auto truth = [](const std::string& rest) {
    return parse_sample(
               with(R"({"name":"t","type":"classification","version":"1","data":[{"class":"a")" + rest + "}]}"))
        ->labels[0]
        .data[0]
        .is_truth();
  };
  EXPECT_TRUE(truth(""));
  EXPECT_TRUE(truth(R"(,"score":0)"));
  EXPECT_TRUE(truth(R"(,"score":0.5,"ground_truth":true)"));
  EXPECT_FALSE(truth(R"(,"score":1e-9)"));
}

/// Shapes of real files: each is an item, and what AVA does not know survives being written.
TEST(ListRows, EveryShapeOfARealFileIsRead) {
  const std::string lines[] = {
      R"j({"url":"qiniu:///b/k","ops":"download()","type":"image","label":[{"data":[{"class":"bomb"}],"version":"1","type":"classification","name":"terror"}]})j",
      R"({"url":"qiniu:///b/k","type":"image","ops":"logexporter","label":[{"name":"pulp","type":"classification","version":"1","data":[{"class":"a","score":0.9,"index":0},{"class":"b","score":0.1,"index":0}]}],"uid":7,"create_time":"2018-06-27T17:38:23.679123456+08:00","original_url":"sts://x"})",
      R"({"url":"qiniu:///b/k","type":"image","ops":"logexporter","label":[{"name":"terror-classify","type":"classification","version":"1","data":null}],"UID":7})",
      R"({"url":"qiniu:///b/k","type":"image","label":[{"name":"general","type":"classification","version":"1","data":[]}]})",
      R"({"url":"qiniu:///b/k","type":"image","label":[{"name":"general","type":"classification","version":"1","data":[{"class":"annotator"},{"class":"truth"}]}]})",
      R"({"url":"qiniu:///b/k","type":"image","label":[{"name":"d","type":"detection","version":"1","data":[{"bbox":[[1,2],[5,2],[5,9],[1,9]],"class":["car"]}]}],"test_tags":["x"]})",
      R"({"url":"http://bucket.example/k","type":"image","source_url":"http://bucket.example/k"})",
      R"({"url":"http://h/k","type":"image","label":{"detect":{"general_d":{"bbox":[{"class":"face","pts":[[1,2],[5,2],[5,9],[1,9]]}]}},"facecluster":"who"}})",
      R"({"url":"http://h/k","type":"image","label":{"facecluster":"12"}})",
      R"({"url":"http://h/k","type":"image","label":{"detect":{"general_d":{"bbox":[{"class":"c","pts":[[1,2],[5,2],[5,9],[1,9]],"score":0.5}]}}}})",
      R"({"url":"http://h/k","type":"image","label":{"detect":{"general_d":{"bbox":[]}}}})",
      R"({"url":"http://h/k","type":"image","label":{"class":{"terror":"guns"}}})"};
  for (const std::string& line : lines) {
    const Seen seen = seen_in(line);
    ASSERT_EQ(seen.samples.size(), 1u) << line;
    const Sample again = parse_sample(to_line(seen.samples[0])).value();
    EXPECT_EQ(again, seen.samples[0]) << line;
  }
  EXPECT_THAT(to_line(seen_in(lines[1]).samples[0]), ::testing::HasSubstr(R"("original_url":"sts://x")"));
  const std::string foreign = R"({"url":"didi:///b/k","type":"image","invalid":false})";
  EXPECT_EQ(seen_in(foreign).rejects.at(0).slug, "unknown_scheme");
  const std::string bare =
      R"({"url":"1.jpg","source_url":"","type":"image","label":{"detect":{"general_d":{"bbox":[{"class":"c","pts":[["1","2"],["5","2"],["5","9"],["1","9"]]}]}}}})";
  EXPECT_EQ(seen_in(bare).rejects.at(0).slug, "url_relative");
}

TEST(ListRows, TheOldFormLosesWhatAFaceKnowsBesidesItsCluster) {
  auto sample = parse_sample(with(
      R"({"name":"face","type":"face","version":"1","data":[{"bbox":[[1,2],[5,2],[5,9],[1,9]],"bbox_score":0.5,"landmarks":[{"index":0,"pt":[2,3]}],"cluster":{"id":12,"score":0.25}}]})"));
  ASSERT_OK(sample);
  std::vector<Reject> lost;
  to_old_form(*sample, lost);
  EXPECT_FALSE(lost.empty());
  for (const Reject& loss : lost) EXPECT_THAT(loss.slug, ::testing::StartsWith("old_form_"));
  EXPECT_THAT(to_line(*sample), ::testing::HasSubstr(R"("facecluster":"12")"));
}

}  // namespace
}  // namespace ava::sample
