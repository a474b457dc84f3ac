// What is said about broken JSON: the table of formats.md 2.8.
#include "sample/diagnose.hpp"
#include "base/testing.hpp"
#include "sample/json_tree.hpp"

namespace ava::sample {
namespace {

/// An object of 73 lines with the seven faults of the manual's printed example, at their lines and columns.
std::string printed_example() {
  std::vector<std::string> lines(73);
  const auto set = [&](int line, int column, const std::string& text) {
    lines[line - 1] = std::string(column - 1, ' ') + text;
  };
  for (int i = 1; i <= 73; ++i) lines[i - 1] = "";
  set(1, 1, "{");
  set(2, 5, "\"url\": \"http://h/1.jpg\",");
  set(3, 5, "\"type\": \"image\",");
  set(4, 5, "\"label\": [");
  set(5, 9, "{");
  set(6, 13, "\"name\": \"face\"");
  set(7, 12, "\"type\": \"face\"");
  set(8, 13, "\"version\": \"1\",");
  set(9, 13, "\"data\": [");
  set(10, 17, "{\"landmarks\": [");
  set(17, 21, "{\"index\": 1},");
  set(18, 25, "...");
  set(19, 17, "]},");
  set(20, 17, "{\"index\": 2},");
  set(46, 17, "...");
  set(47, 13, "]");
  set(48, 9, "},");
  set(49, 9, "{\"data\": [1,");
  set(58, 17, "...");
  set(59, 9, "]},");
  set(60, 9, "{\"data\": [2,");
  set(69, 13, "...");
  set(70, 9, "]},");
  set(71, 5, "]");
  set(73, 1, "}");
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(Diagnose, FindsTheSevenFaultsOfThePrintedExample) {
  const std::string text = printed_example();
  const auto found = diagnose(text);
  const std::pair<int, int> places[] = {{7, 12}, {8, 13}, {18, 25}, {46, 17}, {58, 17}, {69, 13}, {71, 5}};
  ASSERT_EQ(found.size(), 7u);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(found[i].line, static_cast<std::uint64_t>(places[i].first));
    EXPECT_EQ(found[i].column, static_cast<std::uint64_t>(places[i].second));
  }
  EXPECT_EQ(found[0].problem, "`\"type\"` follows a value");
  EXPECT_EQ(found[0].fix, "insert `,` after `\"face\"` at the end of line 6");
  EXPECT_EQ(found[2].problem, "`...` is not JSON");
  EXPECT_EQ(found[2].fix, "delete `...` and the `,` before it (line 17)");
  EXPECT_EQ(found[6].problem, "`]` after a comma");
  EXPECT_EQ(found[6].fix, "delete the trailing `,` (line 70)");
  bool complete = false;
  EXPECT_TRUE(json::is_valid(repair(text, &complete)));
  EXPECT_TRUE(complete);
}

TEST(Diagnose, FindsTheMissingBraceOfTheOldExample) {
  const std::string line =
      R"({"url": "http://any_url", "type": "image", "label": {"facecluster": "人脸1", "detect": {"general_d": {"bbox": [[[10, 20], [21, 31], [81, 91]], "class": "dog"}]}}, "class": {"terror": "terror", "pulp": "sexy", "general": "dog"}}})";
  const auto found = diagnose(line);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].line, 1u);
  EXPECT_EQ(found[0].column, 149u);
  EXPECT_EQ(found[0].fix,
            R"(the bbox entry has no opening brace; write `{"class":"dog","pts":[[10,20],[21,31],[81,91]]}`)");
  bool complete = false;
  const std::string fixed = repair(line, &complete);
  EXPECT_TRUE(complete);
  EXPECT_THAT(fixed, ::testing::HasSubstr(R"("bbox": [{"class":"dog","pts":[[10,20],[21,31],[81,91]]}]}})"));
}

TEST(Diagnose, CommentsAreDeleted) {
  const auto found = diagnose("{\"a\": 1, // one\n \"b\": 2}");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].column, 10u);
  EXPECT_EQ(found[0].fix, "JSON has no comments; delete from `//` to the end of the line");
}

TEST(Diagnose, EveryKindOfFaultHasWordsAndAFix) {
  for (const char* text : {"", "{", "[1", "{\"a\"}", "{\"a\" 1}", "{a:1}", "{'a':1}", "[True]", "[01]", "[1.]",
                           "[\"\\x\"]", "[\"a\tb\"]", "[\"a", "[1}", "[1]]", "[,]", "[nul]", "{\"a\":}", "[\xFF]"}) {
    const auto found = diagnose(text);
    ASSERT_FALSE(found.empty()) << text;
    EXPECT_NE(found[0].problem, "") << text;
    EXPECT_NE(found[0].fix, "") << text;
  }
  EXPECT_TRUE(diagnose("{\"a\":[1,2,{\"b\":null}]}").empty());
  EXPECT_FALSE(diagnose(std::string(100000, '[')).empty());
}

TEST(Diagnose, SpeaksOfColumnsInATextOfOneLine) {
  // A line of a list: its number in the file is the reader's to say.
  EXPECT_EQ(diagnose(R"({"a":1 "b":2})").front().fix, "insert `,` after `1` at column 7");
  EXPECT_EQ(diagnose(R"({"a":1,})").front().fix, "delete the trailing `,`");
}

TEST(Diagnose, WhatItSaysCanAlwaysBeStored) {
  const std::string zeros(512, '\0');
  const std::string said = diagnose(zeros).front().problem;
  EXPECT_EQ(said.find('\0'), std::string::npos);
  EXPECT_NE(said.find("\\u0000"), std::string::npos);
  std::string cats = "x";
  for (int i = 0; i < 40; ++i) cats += "\u732b";
  const std::string about_cats = diagnose(cats).front().problem;
  EXPECT_NE(about_cats.find("\u732b...`"), std::string::npos) << about_cats;  // cut between characters
}

}  // namespace
}  // namespace ava::sample
