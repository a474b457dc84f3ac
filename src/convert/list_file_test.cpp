#include "convert/list_file.hpp"

#include <filesystem>

#include "base/file.hpp"
#include "base/testing.hpp"

namespace ava::convert {
namespace {

class ConvertingLists : public ::testing::Test {
 protected:
  Result<ConvertResult> convert(const std::string& text) {
    spec_.from = (dir_ / "in.json").string();
    spec_.to = (dir_ / "out.lst").string();
    AVA_CHECK(file::write_atomic(spec_.from, text));
    rejects_.clear();
    const OnReject on_reject = [this](const sample::Reject& bad) -> Result<void> {
      rejects_.push_back(bad);
      return {};
    };
    return convert_list(spec_, on_reject, {}, {});
  }
  std::string out() const { return file::read(spec_.to).value(); }

  ava::testing::TempDir dir_;
  ConvertSpec spec_;
  std::vector<sample::Reject> rejects_;
};

constexpr const char* kOne = "{\"url\":\"http://h/1\",\"type\":\"image\"}\n";
constexpr const char* kTwo = "{\"url\":\"http://h/2\",\"type\":\"image\",\"label\":{\"class\":{\"c\":\"a}{\\\"\"}}}\n";

TEST_F(ConvertingLists, AnArrayBecomesOneObjectPerLine) {
  ASSERT_OK_AND(const ConvertResult result,
                convert("\xEF\xBB\xBF[\n {\"url\": \"http://h/1\",\n  \"type\": \"image\"},\n {\"type\":\"image\",\n\n"
                        "\"url\":\"http://h/2\",\"label\":{\"class\":{\"c\":\"a}{\\\"\"}}}\n]\n"));
  EXPECT_EQ(result.shape, "document");
  EXPECT_EQ(result.written, 2u);
  EXPECT_EQ(out(), std::string(kOne) + kTwo);
}

TEST_F(ConvertingLists, ObjectsOverManyLinesBecomeLinesOfTheirOwn) {
  ASSERT_OK_AND(
      const ConvertResult result,
      convert("{\n\"url\":\"http://h/1\",\n\"type\":\"image\"\n}\n{\n\"url\":\"http://h/2\"\n,\"type\":\"image\","
              "\"label\":{\"class\":{\"c\":\"a}{\\\"\"}}}\n"));
  EXPECT_EQ(result.shape, "document");
  EXPECT_EQ(out(), std::string(kOne) + kTwo);
}

TEST_F(ConvertingLists, WhatIsNoItemIsListedWithItsLineAndTheRestGoesOn) {
  ASSERT_OK_AND(const ConvertResult result,
                convert("[\n{\"url\":\"http://h/1\",\"type\":\"image\"},\n{\"type\":\"image\"},\n"
                        "{\"url\":\"http://h/2\",,},\nnonsense\n{\"url\":\"http://h/9\""));
  EXPECT_EQ(result.written, 1u);
  EXPECT_EQ(result.lines, result.items + result.rejected);
  ASSERT_EQ(rejects_.size(), 4u);
  EXPECT_EQ(rejects_[0].slug, "url_missing");
  EXPECT_EQ(rejects_[0].line, 3u);
  EXPECT_EQ(rejects_[3].line, 6u);
  EXPECT_EQ(out(), kOne);
}

TEST_F(ConvertingLists, LinesOfOneUrlAreJoinedWhenAskedFor) {
  const auto line = [](const std::string& url, int x) {
    const std::string n = std::to_string(x);
    return R"({"url":")" + url + R"(","type":"image","label":{"detect":{"g":{"bbox":[{"class":"c","pts":[[0,0],[)" + n +
           ",0],[" + n + R"(,9],[0,9]]}]}}}})" + "\n";
  };
  const std::string text =
      line("http://h/1", 3) + line("http://h/2", 4) + line("http://h/1", 5) + line("http://h/1", 3);
  ASSERT_OK_AND(const ConvertResult apart, convert(text));
  EXPECT_EQ(apart.merged, 0u);
  EXPECT_EQ(out(), text) << "already canonical: every byte stays";
  spec_.merge = "url";
  ASSERT_OK_AND(const ConvertResult joined, convert(text));
  EXPECT_EQ(joined.merged, 2u);
  EXPECT_EQ(joined.written, 2u);
  EXPECT_EQ(joined.items, joined.written + joined.merged);
  ASSERT_OK_AND(const sample::Sample first, sample::parse_sample(out().substr(0, out().find('\n'))));
  ASSERT_EQ(first.labels.size(), 1u);
  EXPECT_EQ(first.labels[0].data.size(), 2u) << "the same box twice is one box";
  EXPECT_FALSE(std::filesystem::exists(dir_ / ".ava-tmp-out.lst"));
}

TEST_F(ConvertingLists, TheFormIsChangedWhenAskedForAndLossesAreCounted) {
  spec_.form = "new";
  ASSERT_OK(convert(kTwo));
  EXPECT_EQ(out(),
            "{\"url\":\"http://h/2\",\"type\":\"image\",\"label\":[{\"name\":\"c\",\"type\":\"classification\","
            "\"version\":\"1\",\"data\":[{\"class\":\"a}{\\\"\"}]}]}\n");
  spec_.form = "old";
  ASSERT_OK_AND(const ConvertResult old, convert(R"({"url":"http://h/1","type":"image","label":[{"name":"c","type":)"
                                                 R"("classification","version":"1","data":[{"class":"a"},)"
                                                 R"({"class":"b"}]}]})"));
  EXPECT_EQ(old.reasons.at("old_form_one_class"), 1u);
}

TEST_F(ConvertingLists, TheInputIsNeverRewritten) {
  ASSERT_OK(convert(kOne));
  spec_.to = spec_.from;
  EXPECT_ERROR(convert_list(spec_, [](const sample::Reject&) -> Result<void> { return {}; }, {}, {}),
               "convert.same_file");
  EXPECT_EQ(file::read(spec_.from).value(), kOne);
}

}  // namespace
}  // namespace ava::convert
