// A line that is read because it looks like an earlier one must mean what parse_sample() says it means, and be refused
// when parse_sample() refuses it, with the same words.
#include "base/testing.hpp"
#include "sample/said.hpp"
#include "sample/url_reader.hpp"

namespace ava::sample {
namespace {

const std::string kFirst = R"({"url":"http://h/first","type":"image"})"
                           "\n";

/// Random numbers that are the same everywhere.
class Draw {
 public:
  std::size_t below(std::size_t end) {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<std::size_t>((state_ >> 33) % end);
  }
  template <std::size_t N>
  std::string of(const char* const (&list)[N]) {
    return list[below(N)];
  }

 private:
  std::uint64_t state_ = 7;
};

std::string word(Draw& draw) {
  static const char* const kWords[] = {
      "",        "a",     "bomb", "猫",       "a/very/long/path/of/pictures/0123456789.jpg",
      "\\u732b", "x\\/y", "\\\"", "\\n",      "\\ud83d\\udc31",
      "\\ud83d", "a\tb",  "\xFF", "\xE7\x8C", "c\\",
      "\x7F"};
  return draw.below(3) > 0 ? kWords[draw.below(5)] : draw.of(kWords);
}

std::string number(Draw& draw) {
  static const char* const kNumbers[] = {"0", "1",  "12",    "0.5",   "-3",  "1e2", "123456789012", "01",
                                         "-", "1.", "\"4\"", "1e999", "0.0", "-0",  "null",         "3 "};
  return draw.below(3) > 0 ? std::to_string(draw.below(1000)) : draw.of(kNumbers);
}

std::string point(Draw& draw) { return "[" + number(draw) + "," + number(draw) + "]"; }

std::string line(Draw& draw) {
  const std::string url = (draw.below(9) > 0 ? "qiniu:///b/" : "") + word(draw);
  switch (draw.below(6)) {
    case 0:
      return R"({"url":")" + url +
             R"(","type":"image","label":[{"name":"t","type":"classification","version":1,"data":[{"class":")" +
             word(draw) + R"(","score":)" + number(draw) + "}]}]}";
    case 1:
      return R"( {"url":")" + url + R"(","uid":")" + word(draw) + R"(","n":[)" + number(draw) +
             R"(,{"k":true}],"label":[{"data":[{"bbox":[)" + point(draw) + "," + point(draw) + R"(],"class":")" +
             word(draw) + R"("},{"class":"b","bbox":[[1,2],)" + point(draw) +
             "]}],\"type\":\"detection\",\"name\":\"d\"}]}\r";
    case 2:
      return R"({"label":{"class":{"a":")" + word(draw) + R"(","b":"x"},"detect":{"g":{"bbox":[{"class":"f","pts":[)" +
             point(draw) + ", " + point(draw) + R"(,[5,9]]}]}}},"url":")" + url + R"(","type":"image"})";
    case 3:
      return R"({"url":")" + url + R"(","invalid":true,"type":"image","label":[]})";
    case 4:
      return R"({"url":")" + url + R"(","label":[{"name":"t","type":"classification","data":[{"class":")" + word(draw) +
             R"("},{"class":"a","ground_truth":true}]}]})";
    default:
      return draw.below(8) == 0 ? "" : R"({"url":")" + url + R"("})";
  }
}

std::string random_list() {
  constexpr std::string_view kAlphabet = "{}[]\":,.\\0e-tfn x\xE7\xFF";
  Draw draw;
  std::string text = kFirst;
  for (int i = 0; i < 6000; ++i) {
    std::string made = line(draw);
    if (i % 4 == 0 && !made.empty()) {
      const std::size_t at = draw.below(made.size());
      if (draw.below(2) == 0)
        made[at] = kAlphabet[draw.below(kAlphabet.size())];
      else
        made.erase(at, 1 + draw.below(4));
    }
    text += made + "\n";
  }
  return text;
}

TEST(LineShape, RandomLinesGiveWhatEachGivesAlone) {
  const std::string text = random_list();
  const Said expected = read_singly(text);
  EXPECT_GT(expected.items.size(), 1000u);
  EXPECT_GT(expected.rejects.size(), 500u);
  EXPECT_EQ(read_all(text, {}), expected);
  EXPECT_EQ(read_all(text, {.block_bytes = 4096}), expected);
  EXPECT_EQ(read_all(text, {.block_bytes = 4096, .threads = 3}), expected);
  EXPECT_EQ(read_all(text, {.only_hook = true}), expected);
}

TEST(LineShape, RelativeAndLocalUrlsAreReadAsTheyMayBe) {
  std::string text;
  const char* const kUrls[] = {"a/1.jpg", "/data/2.jpg", "qiniu:///b/3.jpg", "file:///4.jpg", "ftp://h/5.jpg", "6", ""};
  for (int i = 0; i < 200; ++i)
    text += R"({"url":")" + std::string(kUrls[i * 7 % 31 % 7]) +
            R"(","type":"image","label":[{"name":"t","type":"classification","version":"1","data":[{"class":"a"}]}]})"
            "\n";
  text += random_list();
  for (const ListOptions& options : {ListOptions{},
                                     {.allow_relative = true},
                                     {.allow_local_paths = true},
                                     {.url_prefix = "http://h/", .allow_relative = true, .allow_local_paths = true}}) {
    const Said expected = read_singly(text, options);
    EXPECT_EQ(read_all(text, options), expected) << first_difference(expected, read_all(text, options));
  }
}

TEST(UrlReader, SaysWhatTheWholeLineSays) {
  const std::string text = random_list();
  for (const ListOptions& options : {ListOptions{}, {.allow_relative = true}}) {
    UrlReader reader(options);
    std::size_t good = 0;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      const std::string_view line = detail::trimmed(std::string_view(text).substr(at, end - at));
      at = end + 1;
      const auto sample = parse_sample(line, options);
      const auto url = reader.url_of(line);
      ASSERT_EQ(url.ok(), sample.ok()) << line;
      if (!sample.ok()) continue;
      EXPECT_EQ(*url, sample->url);
      ++good;
    }
    EXPECT_GT(good, 1000u);
  }
}

TEST(LineShape, ALineThatOnlyLooksLikeTheOneBeforeIsReadForItself) {
  const std::string good = R"({"url":"http://h/1","type":"image","label":[{"name":"d","type":"detection",)"
                           R"("data":[{"class":"a","score":0.5,"bbox":[[1,2],[3,4]]}]}]})";
  const std::pair<const char*, const char*> changes[] = {
      {"http://h/1", ""},      {"http://h/1", "file:1"},   {"[3,4]", "[1,4]"},     {"0.5", "0"},
      {"0.5", "05"},           {"[3,4]", "[3,4],[5,6]"},   {"\"a\"", "\"\""},      {"\"a\"", "[\"a\"]"},
      {"image", "video"},      {"\"score\"", "\"Score\""}, {"[3,4]", "[1e999,4]"}, {"}]}]}", "}]}]"},
      {"http://h/1", "a\\qb"}, {"\"d\"", "\"d2\""},        {"}]}]}", "}]}]} x"}};
  for (const auto& [from, to] : changes) {
    std::string odd = good;
    odd.replace(odd.find(from), std::string_view(from).size(), to);
    const std::string text = kFirst + good + "\n" + good + "\n" + odd + "\n" + good + "\n" + odd;
    EXPECT_EQ(read_all(text, {}), read_singly(text)) << odd;
  }
}

TEST(LineShape, ALineOverTheLimitIsRefusedThoughItsShapeIsKnown) {
  const auto of = [](std::size_t size) { return R"({"url":"http://h/)" + std::string(size, 'a') + "\"}\n"; };
  const Said said = read_all(of(5) + of(6) + of(100) + of(7), {.max_line_bytes = 64});
  EXPECT_EQ(said.items.size(), 3u);
  ASSERT_EQ(said.rejects.size(), 1u);
  EXPECT_THAT(said.rejects[0], ::testing::HasSubstr(R"({"line":3,"slug":"line_too_long")"));
}

}  // namespace
}  // namespace ava::sample
