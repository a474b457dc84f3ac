// The fast way must never tell another story than parse_sample(): the same lines, one by one and in blocks.
#include "base/testing.hpp"
#include "sample/list_reader.hpp"
#include "sample/list_writer.hpp"

namespace ava::sample {
namespace {

std::string describe(const SampleView& s) {
  std::string out =
      std::string(s.url) + "|" + std::string(s.type) + (s.old_form ? "|old" : "") + (s.invalid ? "|x" : "");
  for (const LabelView& label : s.labels) {
    out += "|" + std::string(name_of(label.type)) + "." + std::string(label.name);
    for (const EntryView& e : label.data) {
      out += ":" + std::string(e.cls) + (e.truth ? "!" : "?") + (e.has_score ? std::to_string(e.score) : "");
      for (const Point& p : e.points) out += " " + std::to_string(p.x) + "," + std::to_string(p.y);
    }
  }
  return out;
}

/// The same words about a sample of the tolerant way.
std::string describe(const Sample& s) {
  std::string out = s.url + "|" + s.type + (s.old_form ? "|old" : "") + (s.invalid ? "|x" : "");
  for (const Label& label : s.labels) {
    out += "|" + std::string(name_of(label.type)) + "." + label.name;
    for (const Entry& e : label.data) {
      out += ":" + e.cls + (e.is_truth() ? "!" : "?") + (e.score ? std::to_string(*e.score) : "");
      for (const Point& p : e.points) out += " " + std::to_string(p.x) + "," + std::to_string(p.y);
    }
  }
  return out;
}

std::vector<std::string> described(const std::string& text) {
  std::vector<std::string> said;
  ListReader reader(source_of(text), {});
  Batch batch;
  for (;;) {
    auto more = reader.next(batch);
    EXPECT_OK(more);
    if (!more.ok() || !*more) return said;
    for (const SampleView& s : batch.samples()) said.push_back(describe(s));
  }
}

std::vector<std::string> parse_all(const std::string& text) {
  std::vector<std::string> said;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (auto sample = parse_sample(std::string_view(text).substr(at, end - at)); sample.ok())
      said.push_back(describe(*sample));
    at = end + 1;
  }
  return said;
}

const std::string kFirstLine = R"({"url":"http://h/first","type":"image"})"
                               "\n";

TEST(LineScanner, UndoesEscapes) {
  EXPECT_THAT(described(kFirstLine + R"({"url":"http:\/\/h\/\u732b \"\\ \ud83d\udc31","type":"im\u0061ge"})"),
              ::testing::ElementsAre("http://h/first|image", "http://h/\u732b \"\\ \U0001F431|image"));
}

TEST(LineScanner, AnOddLineSpoilsNoOther) {
  const std::string good = R"({"url":"http://h/1","type":"image","label":{"class":{"t":"a"}}})";
  for (const std::string odd : {"{\"url\":\"http://h/\xFF\"}", "{\"url\":\"http://h/open", "{\"url\":\"a\tb\"}",
                                "{\"url\":{", "{\"url\":\"x\",", "}", "[", "\\", "\"", "{\"a\":[1,", "   ",
                                "{\"url\":\"http://h/2\",\"type\":\"image\"} 1"}) {
    std::string text = kFirstLine;
    for (int i = 0; i < 5; ++i) text += good + "\n";
    text += odd + "\n";
    for (int i = 0; i < 4; ++i) text += good + "\r\n";
    const auto said = described(text);
    EXPECT_EQ(said.size(), 10u) << odd;
    EXPECT_EQ(said, parse_all(text)) << odd;
  }
}

TEST(LineScanner, AnObjectOverManyLinesIsNoItem) {
  EXPECT_THAT(described(kFirstLine + "{\"url\":\"http://h/1\",\n\"type\":\"image\"}\n" + kFirstLine +
                        "{\"url\":\n\"http://h/2\"}"),
              ::testing::ElementsAre("http://h/first|image", "http://h/first|image"));
}

TEST(LineScanner, NumbersAreThoseOfJson) {
  for (const std::string number : {"0",
                                   "-0",
                                   "7",
                                   "123456789",
                                   "1234567890123456789",
                                   "0.5",
                                   "-12.25",
                                   "1e3",
                                   "1E+3",
                                   "2e-2",
                                   "0.1234567890123456789",
                                   "9007199254740993",
                                   "01",
                                   "-",
                                   "1.",
                                   ".5",
                                   "+1",
                                   "1e",
                                   "0x1",
                                   "1e999",
                                   "NaN",
                                   "1 2",
                                   "12a",
                                   "1\"2\""}) {
    const std::string line =
        R"({"url":"http://h/1","label":[{"name":"t","type":"classification","data":[{"class":"a","score":)" + number +
        " }]}]}";
    const auto sample = parse_sample(line);
    const auto said = described(kFirstLine + line);
    ASSERT_EQ(said.size(), sample.ok() ? 2u : 1u) << number;
    if (sample.ok()) {
      EXPECT_EQ(said[1], describe(*sample)) << number;
    }
  }
}

TEST(LineScanner, MutatedBlocksGiveWhatTheTolerantWayGives) {
  const std::string seeds[] = {
      R"j({"url":"qiniu:///b/k","ops":"download()","type":"image","label":[{"data":[{"class":"bomb","score":0.5}],"version":"1","type":"classification","name":"terror"}]})j",
      R"({"url":"http://h/1","type":"image","label":[{"name":"d","type":"detection","version":"1","data":[{"bbox":[[1,2],[3,2],[3,4],[1,4]],"class":"c\u732b"}]}],"uid":[1,{"a":null}],"k":true})",
      R"({"label":{"detect":{"general_d":{"bbox":[{"class":"face","pts":[[1,2],[3.5,2],[3,4e0],[1,4]]}]}},"class":{"t":"x"}},"url":"http:\/\/h/2"})"};
  constexpr std::string_view kAlphabet = "{}[]\":,.\\0e-tfn x\xE7\xFF";
  std::uint64_t state = 7;
  const auto random = [&](std::size_t below) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<std::size_t>((state >> 33) % below);
  };
  std::string text = kFirstLine;
  for (int i = 0; i < 4000; ++i) {
    std::string line = seeds[random(3)];
    for (std::size_t k = random(3); k > 0 && i % 3 == 0; --k) {
      const std::size_t at = random(line.size());
      if (random(2) == 0)
        line[at] = kAlphabet[random(kAlphabet.size())];
      else
        line.erase(at, 1 + random(4));
    }
    text += line + "\n";
  }
  EXPECT_EQ(described(text), parse_all(text));
}

}  // namespace
}  // namespace ava::sample
