// Reading, writing and converting lists: the vectors of formats.md 2.5 to 2.10.
#include <chrono>
#include <thread>

#include "base/digest.hpp"
#include "base/testing.hpp"
#include "sample/list_reader.hpp"
#include "sample/list_writer.hpp"

namespace ava::sample {
namespace {

/// Everything a list gives, owned.
struct Read {
  std::vector<std::string> urls;
  std::vector<std::string> classes;
  std::vector<std::uint64_t> lines;
  std::vector<Reject> rejects;
  ListCounts counts;
  std::string error;
};

Read read_list(const std::string& text, ListOptions options = {}) {
  Read read;
  ListReader reader(source_of(text), options);
  Batch batch;
  for (;;) {
    auto more = reader.next(batch);
    if (!more.ok()) read.error = more.error().slug();
    if (!more.ok() || !*more) break;
    for (const SampleView& s : batch.samples()) {
      read.urls.emplace_back(s.url);
      read.lines.push_back(s.line);
      EXPECT_EQ(text.substr(s.offset, 1), s.line == 1 && text.starts_with("\xEF") ? "\xEF" : text.substr(s.offset, 1));
      for (const LabelView& label : s.labels)
        for (const EntryView& entry : label.data) read.classes.emplace_back(entry.cls);
    }
    read.rejects.insert(read.rejects.end(), batch.rejects().begin(), batch.rejects().end());
  }
  read.counts = reader.counts();
  return read;
}

std::string slug_of(const std::string& line) {
  const Read read = read_list(line + "\n");
  return read.rejects.empty() ? "" : read.rejects.front().slug;
}

std::string hex_of(const std::string& text) { return to_hex(sha256(text)); }

std::string rewrite(const std::string& line) {
  auto sample = parse_sample(line);
  return sample.ok() ? to_line(*sample) : sample.error().slug();
}

TEST(ListWriter, WritesTheCanonicalVectors) {
  const std::pair<const char*, const char*> vectors[] = {
      {R"({"url":"qiniu:///bkt/a/1.jpg","type":"image","label":[{"name":"pulp","type":"classification","version":"1","data":[{"class":"sexy","score":0.998}]}]})",
       "7df89626fae05b6a22254f0e5c2d4d8847caacfd787d3b5c4ce63aef93e04824"},
      {R"({"url":"qiniu:///bkt/图/猫.jpg","type":"image","label":[{"name":"general_d","type":"detection","version":"1","data":[{"bbox":[[10,20],[81,20],[81,91],[10,91]],"class":"狗","score":0.998}]}]})",
       "b94b30a64a38bb100342926fc16cb8b12f8e5682b920d95c617da20dd3f1552b"},
      {R"({"url":"qiniu:///bkt/a/1.jpg","type":"image","label":{"class":{"pulp":"sexy"}}})",
       "dbb9f737468d7493956ac960d07f1fb2633f7a79c14a68e78144333549a2c996"},
      {R"({"url":"qiniu:///bkt/b/2.jpg","type":"image","label":{"detect":{"general_d":{"bbox":[{"class":"dog","pts":[[10,20],[81,20],[81,91],[10,91]]}]}}}})",
       "d7c72d0d6ee7efee998f035412c3faed8572f2d1b9d81d5874229f25b7f1c721"},
  };
  for (const auto& [line, digest] : vectors) EXPECT_EQ(hex_of(rewrite(line)), digest) << rewrite(line);
}

TEST(ListWriter, KeepsUnknownMembersAndOrdersKnownOnes) {
  EXPECT_EQ(
      rewrite(
          R"j({"uid": 7, "label":[{"data":[{"index":0, "score":1.0,"class":"b"}],"version":1,"type":"classification","name":"t"}], "x":{"a" : [1.50, "é  "]},"ops":"download()","url":"http://h/a","source_url":""})j"),
      R"j({"url":"http://h/a","type":"image","ops":"download()","label":[{"name":"t","type":"classification","version":"1","data":[{"class":"b","score":1,"index":0}]}],"uid":7,"x":{"a":[1.50,"é  "]}})j"
      "\n");
}

TEST(ListWriter, EscapedAndRawChineseAreTheSameItem) {
  EXPECT_EQ(rewrite(R"({"url":"http://h/\u732b.jpg","type":"image"})"),
            rewrite("{\"url\":\"http://h/猫.jpg\",\"type\":\"image\"}"));
}

TEST(ListReader, ReadsBoxes) {
  const auto box_of = [](const std::string& bbox) {
    const auto sample = parse_sample(
        R"({"url":"http://h/a","type":"image","label":[{"name":"d","type":"detection","version":"1","data":[{"class":"c","bbox":)" +
        bbox + "}]}]}");
    EXPECT_OK(sample);
    return sample->labels[0].data.empty() ? Box{} : hull_of(sample->labels[0].data[0].points);
  };
  const Box want{10, 20, 81, 91};
  EXPECT_EQ(box_of("[[10,20],[21,31],[81,91]]"), want);
  EXPECT_EQ(box_of("[[10,20],[81,20],[81,91],[10,91]]"), want);
  EXPECT_EQ(box_of("[[81,91],[10,20]]"), want);
  EXPECT_EQ(box_of(R"([["10","20"],["81","20"],["81","91"],["10","91"]])"), want);
  EXPECT_EQ(box_of("[[10,10],[10,50],[10,50],[10,10]]"), Box{});
  Box outside{-5, 0, 50, 40};
  EXPECT_EQ(clip(outside, 40, 40), Clip::kClipped);
  EXPECT_EQ(outside, (Box{0, 0, 40, 40}));
}

TEST(ListReader, ListsBadBoxesAndKeepsTheItem) {
  const auto line = [](const std::string& bbox) {
    return R"({"url":"http://h/a","type":"image","label":[{"name":"d","type":"detection","version":"1","data":[{"class":"c","bbox":)" +
           bbox + "}]}]}";
  };
  EXPECT_EQ(slug_of(line("[]")), "bbox_too_few_points");
  EXPECT_EQ(slug_of(line("[[1,2]]")), "bbox_too_few_points");
  EXPECT_EQ(slug_of(line(R"([["a",2],[3,4]])")), "bbox_not_a_number");
  EXPECT_EQ(slug_of(line("[[1e999,2],[3,4]]")), "bbox_not_a_number");
  EXPECT_EQ(slug_of(line("[[10,10],[10,50],[10,50],[10,10]]")), "bbox_empty");
  const Read read = read_list(line("[[1,2]]"));
  EXPECT_EQ(read.counts.items, 1u);
  EXPECT_EQ(read.counts.annotations, 1u);
  EXPECT_EQ(read.counts.annotations_rejected, 1u);
}

TEST(ListReader, NamesWhatIsWrongWithALine) {
  EXPECT_EQ(slug_of(R"({"type":"image"})"), "url_missing");
  EXPECT_EQ(slug_of(R"({"url":"","type":"image"})"), "url_missing");
  EXPECT_EQ(slug_of(R"({"url":"1.jpg","type":"image"})"), "url_relative");
  EXPECT_EQ(slug_of(R"({"url":"/data/1.jpg","type":"image"})"), "url_local_path");
  EXPECT_EQ(slug_of(R"({"url":"didi:///b/1.jpg","type":"image"})"), "unknown_scheme");
  EXPECT_EQ(slug_of(R"({"url":"http://h/1","type":"sound"})"), "unknown_type");
  EXPECT_EQ(slug_of(R"({"url":"http://h/1","type":"image","label":{"class":{"a":["x","y"]}}})"), "class_is_list");
  EXPECT_EQ(slug_of("{\"url\":\"http://h/\xFF\",\"type\":\"image\"}"), "bad_utf8");
  EXPECT_EQ(slug_of("{}\n[1]"), "url_missing");
  EXPECT_EQ(slug_of("{\"url\":\"http://h/1\",\"type\":\"image\",\"x\":tru}"), "bad_json");
  EXPECT_EQ(slug_of("{\"url\":\"http://h/1\",\"type\":\"image\"} {}"), "bad_json");
}

TEST(ListReader, SaysLineColumnAndFix) {
  const Read read = read_list("{\"url\":\"http://h/1\"}\n\n{\"url\":\"http://猫/1\" \"type\":\"image\"}\r\n");
  ASSERT_EQ(read.rejects.size(), 1u);
  EXPECT_EQ(read.rejects[0].line, 3u);
  EXPECT_EQ(read.rejects[0].column, 21u);
  EXPECT_THAT(read.rejects[0].hint, ::testing::HasSubstr("insert `,`"));
  EXPECT_EQ(read.counts.blank, 1u);
  EXPECT_EQ(read.counts.lines, read.counts.items + read.counts.rejected);
}

TEST(ListReader, ToleratesWhatFilesReallyHold) {
  const Read read = read_list(
      "\xEF\xBB\xBF{\"url\":\"qiniu:///b/"
      "1\",\"label\":[{\"name\":\"t\",\"type\":\"classification\",\"version\":1,\"data\":[{\"class\":\"a\"}]}]}\r\n"
      "   \n"
      "{\"url\":\"qiniu:///b/2\",\"type\":\"image\",\"label\":{\"class\":{\"t\":[\"b\"]}}}  \n"
      "{\"url\":\"qiniu:///b/3\",\"type\":\"image\",\"label\":{},\"class\":{\"t\":\"c\"}}\n"
      "{\"url\":\"qiniu:///b/"
      "4\",\"type\":\"image\",\"label\":[{\"name\":\"t\",\"type\":\"classification\",\"version\":\"1\",\"data\":null}]}"
      "\n"
      "{\"url\":\"x\",\"url\":\"qiniu:///b/5\",\"type\":\"image\",\"invalid\":true}");
  EXPECT_THAT(read.urls,
              ::testing::ElementsAre("qiniu:///b/1", "qiniu:///b/2", "qiniu:///b/3", "qiniu:///b/4", "qiniu:///b/5"));
  EXPECT_THAT(read.classes, ::testing::ElementsAre("a", "b", "c"));
  for (const char* name : {"type_missing", "version_number", "class_in_list", "label_member_outside", "null_data",
                           "duplicate_key", "mixed_forms"})
    EXPECT_EQ(read.counts.warnings.count(name), 1u) << name;
}

TEST(ListReader, FirstGroundTruthIsTheClass) {
  Batch batch;
  ListReader reader(source_of(
      R"({"url":"http://h/1","type":"image","label":[{"name":"t","type":"classification","version":"1","data":[{"class":"guess","score":0.9},{"class":"annotator"},{"class":"truth","score":0}]}]})"));
  ASSERT_OK_AND(const bool more, reader.next(batch));
  ASSERT_TRUE(more);
  bool several = false;
  EXPECT_EQ(class_of(batch.samples()[0], {LabelType::kClassification, "t"}, &several), "annotator");
  EXPECT_TRUE(several);
  EXPECT_EQ(reader.counts().warnings.at("several_classes"), 1u);
}

TEST(ListReader, RefusesFilesThatAreNoLists) {
  EXPECT_EQ(read_list("[\n{\"url\":\"http://h/1\"}\n]").error, "list.json_array");
  EXPECT_EQ(read_list("{\n \"url\":\"http://h/1\"\n}\n").error, "list.object_over_lines");
  EXPECT_EQ(read_list("").counts.lines, 0u);
}

TEST(ListReader, SaysWhatElseIsWrongWithAnObjectOverManyLines) {
  ListReader reader(source_of("{\n  \"url\": \"http://h/1\"\n  \"type\": \"image\",\n}\n"), {});
  Batch batch;
  const auto more = reader.next(batch);
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.error().hint(),
            "a list has one JSON object per line; 3:3 `\"type\"` follows a value: insert `,` after `\"http://h/1\"` at "
            "the end of line 2; 4:1 `}` after a comma: delete the trailing `,` (line 3)");
}

TEST(ListReader, SkipsLinesOverTheLimitAndGoesOn) {
  ListOptions options;
  options.max_line_bytes = 100;
  options.block_bytes = 64;
  const std::string good = "{\"url\":\"http://h/1\",\"type\":\"image\"}\n";
  const Read read = read_list(good + std::string(1000, 'x') + "\n" + good + std::string(150, 'y'), options);
  EXPECT_THAT(read.lines, ::testing::ElementsAre(1u, 3u));
  ASSERT_EQ(read.rejects.size(), 2u);
  EXPECT_EQ(read.rejects[0].slug, "line_too_long");
  EXPECT_EQ(read.rejects[1].line, 4u);
}

TEST(ListReader, PrefixResolvesRelativeUrls) {
  ListOptions options;
  options.url_prefix = "qiniu:///b/p/";
  EXPECT_THAT(read_list("{\"url\":\"图 1.jpg\",\"type\":\"image\"}", options).urls,
              ::testing::ElementsAre("qiniu:///b/p/图 1.jpg"));
}

TEST(ListReader, ThreadsAndBlocksChangeNothing) {
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    text += "{\"url\":\"http://h/" + std::to_string(i) + "\",\"type\":\"image\",\"label\":{\"class\":{\"t\":\"c" +
            std::to_string(i % 7) + "\"}}}\n";
    if (i % 100 == 0) text += "broken\n\n";
  }
  const Read plain = read_list(text);
  EXPECT_EQ(plain.counts.items, 3000u);
  EXPECT_EQ(plain.counts.rejected, 30u);
  for (const unsigned threads : {1u, 2u, 5u})
    for (const std::size_t block : {200u, 4096u, 1u << 20}) {
      ListOptions options;
      options.threads = threads;
      options.block_bytes = block;
      const Read other = read_list(text, options);
      EXPECT_EQ(other.urls, plain.urls);
      EXPECT_EQ(other.lines, plain.lines);
      EXPECT_EQ(other.classes, plain.classes);
      EXPECT_EQ(other.rejects.size(), plain.rejects.size());
    }
}

TEST(ListReader, MutatedLinesNeverCrashAndCountsClose) {
  const std::string seeds[] = {
      R"j({"url":"qiniu:///b/k","ops":"download()","type":"image","label":[{"data":[{"class":"bomb","score":0.5}],"version":"1","type":"classification","name":"terror"}]})j",
      R"({"url":"http://h/1","type":"image","label":[{"name":"d","type":"detection","version":"1","data":[{"bbox":[[1,2],[3,2],[3,4],[1,4]],"class":["car"]}]}],"uid":[1,{"a":null}]})",
      R"({"label":{"detect":{"general_d":{"bbox":[{"class":"face","pts":[["1","2"],[3,2],[3,4],[1,4]]}]}},"facecluster":"12"},"url":"http://h/2"})",
      R"({"url":"http://h/3","type":"image","label":[{"name":"f","type":"face","version":"1","data":[{"bbox":[[1,2],[3,4]],"landmarks":[{"index":1,"pt":[1,2]}],"cluster":{"id":3}}]}]})"};
  constexpr std::string_view kAlphabet = "{}[]\":,.\\0e-tfn x\xE7\xFF";
  std::uint64_t state = 42;
  const auto random = [&](std::size_t below) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<std::size_t>((state >> 33) % below);
  };
  std::string text;
  for (int i = 0; i < 4000; ++i) {
    std::string line = seeds[random(4)];
    for (std::size_t k = random(4); k > 0; --k) {
      const std::size_t at = random(line.size());
      switch (random(3)) {
        case 0:
          line[at] = kAlphabet[random(kAlphabet.size())];
          break;
        case 1:
          line.erase(at, 1 + random(4));
          break;
        default:
          line.insert(at, 1, kAlphabet[random(kAlphabet.size())]);
          break;
      }
      if (line.empty()) line = "x";
    }
    text += line + "\n";
  }
  text.insert(0, seeds[0] + "\n");
  const Read read = read_list(text);
  EXPECT_EQ(read.counts.lines, read.counts.items + read.counts.rejected);
  EXPECT_EQ(read.counts.items, read.urls.size());
  EXPECT_EQ(read.counts.lines + read.counts.blank, 4001u);
  EXPECT_GT(read.counts.rejected, 500u);
  EXPECT_GT(read.counts.items, 500u);
}

TEST(Convert, OldToNewAndBack) {
  auto sample = parse_sample(
      R"({"url":"http://h/1","type":"image","label":{"facecluster":"12","detect":{"general_d":{"bbox":[{"class":"dog","pts":[[1,2],[3,2],[3,4],[1,4]],"score":0.5}]}},"class":{"pulp":"sexy","general":""}}})");
  ASSERT_OK(sample);
  const Sample old = *sample;
  to_new_form(*sample);
  EXPECT_EQ(
      to_line(*sample),
      R"({"url":"http://h/1","type":"image","label":[{"name":"pulp","type":"classification","version":"1","data":[{"class":"sexy"}]},{"name":"general","type":"classification","version":"1","data":[]},{"name":"general_d","type":"detection","version":"1","data":[{"bbox":[[1,2],[3,2],[3,4],[1,4]],"class":"dog","score":0.5}]},{"name":"face","type":"face","version":"1","data":[{"cluster":{"id":12}}]}]})"
      "\n");
  std::vector<Reject> lost;
  to_old_form(*sample, lost);
  EXPECT_TRUE(lost.empty());
  EXPECT_EQ(to_line(*sample), to_line(old));
}

TEST(Convert, NewToOldSaysWhatItLoses) {
  auto sample = parse_sample(
      R"({"url":"http://h/1","type":"image","label":[{"name":"t","type":"classification","version":"1","data":[{"class":"a"},{"class":"b","score":0.5}]}]})");
  ASSERT_OK(sample);
  std::vector<Reject> lost;
  to_old_form(*sample, lost);
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost[0].slug, "old_form_one_class");
  EXPECT_EQ(to_line(*sample), "{\"url\":\"http://h/1\",\"type\":\"image\",\"label\":{\"class\":{\"t\":\"a\"}}}\n");
}

/// Its threads have filled all blocks by then, and one of them waits for another.
TEST(ListReader, MayBeLeftBeforeTheEnd) {
  std::string text;
  for (int i = 0; i < 2'000; ++i) text += "{\"url\":\"http://host/a.jpg\",\"label\":[]}\n";
  for (int again = 0; again < 20; ++again) {
    ListOptions options;
    options.threads = 3;
    options.block_bytes = 1024;
    ListReader reader(source_of(text), options);
    Batch batch;
    ASSERT_TRUE(reader.next(batch).value());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace
}  // namespace ava::sample
