// A line that is read because it looks like an earlier one must mean what parse_sample() says it means, and be refused
// when parse_sample() refuses it, with the same words.
#include "base/testing.hpp"
#include "sample/list_reader.hpp"
#include "sample/list_writer.hpp"

namespace ava::sample {
namespace {

/// What a reader says of a list: items, rejects and tolerances, as text.
struct Said {
  std::vector<std::string> items;
  std::vector<std::string> rejects;
  Warnings warnings;
  bool operator==(const Said&) const = default;
};

void append(std::string& out, std::string_view cls, bool truth, const double* score, std::span<const Point> points) {
  out += ":" + std::string(cls) + (truth ? "!" : "?") + (score != nullptr ? std::to_string(*score) : "");
  for (const Point& p : points) out += " " + std::to_string(p.x) + "," + std::to_string(p.y);
}

std::string head(std::uint64_t line, std::string_view url, bool old_form, bool invalid) {
  return std::to_string(line) + "|" + std::string(url) + (old_form ? "|old" : "") + (invalid ? "|x" : "");
}

std::string describe(const SampleView& s) {
  std::string out = head(s.line, s.url, s.old_form, s.invalid) + "|" + std::string(s.raw);
  for (const LabelView& label : s.labels) {
    out += "|" + std::string(name_of(label.type)) + "." + std::string(label.name);
    for (const EntryView& e : label.data) append(out, e.cls, e.truth, e.has_score ? &e.score : nullptr, e.points);
  }
  return out;
}

std::string describe(const Sample& s, std::uint64_t number, std::string_view raw) {
  std::string out = head(number, s.url, s.old_form, s.invalid) + "|" + std::string(raw);
  for (const Label& label : s.labels) {
    out += "|" + std::string(name_of(label.type)) + "." + label.name;
    for (const Entry& e : label.data) append(out, e.cls, e.is_truth(), e.score ? &*e.score : nullptr, e.points);
  }
  return out;
}

Said read_all(const std::string& text, ListOptions options) {
  Said said;
  ListReader::Hook hook;
  if (options.only_hook)
    hook = [&](unsigned, const Batch& batch) {
      for (const SampleView& s : batch.samples()) said.items.push_back(describe(s));
    };
  ListReader reader(source_of(text), options, hook);
  Batch batch;
  for (;;) {
    auto more = reader.next(batch);
    EXPECT_OK(more);
    if (!more.ok() || !*more) break;
    for (const SampleView& s : batch.samples()) said.items.push_back(describe(s));
    for (const Reject& reject : batch.rejects()) said.rejects.push_back(to_json_line(reject));
  }
  said.warnings = reader.counts().warnings;
  said.warnings.erase("mixed_forms");  // of the list, not of a line
  EXPECT_EQ(reader.counts().items, said.items.size());
  EXPECT_EQ(reader.counts().lines, reader.counts().items + reader.counts().rejected);
  return said;
}

std::string_view trimmed(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

/// Each line as a list of its own: no line can have learnt from another one.
Said read_singly(const std::string& text) {
  Said said;
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view raw = trimmed(std::string_view(text).substr(at, end - at));
    at = end + 1;
    ++number;
    if (raw.empty()) continue;
    std::vector<Reject> rejects;
    const auto sample = parse_sample(raw, {}, &said.warnings, &rejects);
    if (sample.ok()) {
      said.items.push_back(describe(*sample, number, raw));
    } else {
      Reject& reject = rejects.emplace_back();
      const auto& details = sample.error().details();
      if (const auto column = details.find("column"); column != details.end())
        reject.column = std::stoul(column->second);
      if (const auto url = details.find("url"); url != details.end()) reject.url = url->second;
      reject.slug = sample.error().slug();
      reject.detail = sample.error().message();
      reject.hint = sample.error().hint();
    }
    for (Reject& reject : rejects) {
      reject.line = number;
      said.rejects.push_back(to_json_line(reject));
    }
  }
  return said;
}

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

TEST(LineShape, RandomLinesGiveWhatEachGivesAlone) {
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
  const Said expected = read_singly(text);
  EXPECT_GT(expected.items.size(), 1000u);
  EXPECT_GT(expected.rejects.size(), 500u);
  EXPECT_EQ(read_all(text, {}), expected);
  EXPECT_EQ(read_all(text, {.block_bytes = 4096}), expected);
  EXPECT_EQ(read_all(text, {.block_bytes = 4096, .threads = 3}), expected);
  EXPECT_EQ(read_all(text, {.only_hook = true}), expected);
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
