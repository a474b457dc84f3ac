// Parts by numbers of samples, and parts that somebody gave before.
#include <algorithm>
#include <filesystem>

#include "base/file.hpp"
#include "base/testing.hpp"
#include "image/codec.hpp"
#include "pipeline/format_run.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/plan.hpp"
#include "pipeline/verify.hpp"

namespace ava::pipeline {
namespace {

using Sizes = std::vector<std::uint64_t>;

std::vector<Share> counts(std::uint64_t train, std::uint64_t val) {
  return {{.name = "train", .count = train}, {.name = "val", .count = val}};
}

TEST(CountedSizes, AreWhatWasAskedFor) {
  EXPECT_EQ(counted_sizes(10, counts(7, 3)).value(), (Sizes{7, 3}));
  EXPECT_EQ(counted_sizes(50000, counts(7, 3)).value(), (Sizes{7, 3}));
}

TEST(CountedSizes, AreRefusedWithTheMostThereIs) {
  const auto refused = counted_sizes(9, counts(7, 3));
  EXPECT_ERROR(refused, "split.bad");
  EXPECT_EQ(refused.error().hint(), "ask for 9 at most, or split by percent");
  EXPECT_ERROR(counted_sizes(9, counts(0, 0)), "split.bad");
  EXPECT_ERROR(counted_sizes(9, counts(UINT64_MAX, 2)), "split.bad");
}

TEST(PlanByCounts, TakesExactlySoManyOfEachClassInProportion) {
  std::vector<std::uint32_t> class_of(100, 0);
  std::fill(class_of.begin() + 80, class_of.end(), 1);
  const std::vector<std::string> names = {"a", "b"};
  ASSERT_OK_AND(const Plan plan,
                make_plan(class_of, names, {.shares = counts(50, 10), .split_by = SplitBy::kCounts, .seed = 3}));
  EXPECT_EQ(plan.sizes, (Sizes{50, 10}));
  EXPECT_EQ(plan.not_in_any_part.size(), 40u);
  EXPECT_EQ(std::count_if(plan.order.begin(), plan.order.begin() + 50, [](auto i) { return i >= 80; }), 10);
}

/// Twelve pictures, the last two of the same bytes.
class GivenSplit : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(dir_ / "p");
    for (int i = 0; i < 12; ++i) {
      const auto shade = static_cast<std::uint8_t>(std::min(i, 10) * 20);
      image::Pixels pixels{.width = 2, .height = 2, .channels = 3, .data = std::vector<std::uint8_t>(12, shade)};
      ASSERT_OK(file::write_atomic(dir_ / ("p/" + name(i)), image::encode_png(pixels).value()));
    }
    spec_.list = (dir_ / "list.lst").string();
    spec_.formats = {"raw"};
    spec_.sources.base_folder = dir_.path().string();
    spec_.target.folder = (dir_ / "sets").string();
  }
  static std::string name(int i) { return std::to_string(i) + ".png"; }
  void write_list(const std::function<std::string(int)>& part) {
    std::string lines;
    for (int i = 0; i < 12; ++i) {
      const std::string said = part(i);
      lines += R"({"url":"p/)" + name(i) + R"(","type":"image","label":[{"name":"x","type":"classification",)" +
               R"("version":"1","data":[{"class":"c"}]}])" + (said.empty() ? "" : R"(,"split":")" + said + "\"") +
               "}\n";
    }
    ASSERT_OK(file::write_atomic(dir_ / "list.lst", lines));
  }
  Sizes sizes(const FormatResult& result) const {
    Sizes all;
    for (const SetSummary& set : result.sets) all.push_back(set.sample_count);
    return all;
  }

  ava::testing::TempDir dir_;
  FormatSpec spec_;
};

TEST_F(GivenSplit, ByCountsListsTheRest) {
  write_list([](int) { return ""; });
  spec_.split_by = SplitBy::kCounts;
  spec_.counts = {{"train", 6}, {"val", 2}};
  ASSERT_OK_AND(const FormatResult result, run_format(spec_));
  EXPECT_EQ(sizes(result), (Sizes{6, 2}));
  EXPECT_EQ(result.counts.reasons.at("not_in_any_part"), 4u);
  ASSERT_OK_AND(const VerifyReport report, verify({dir_ / "sets"}));
  EXPECT_TRUE(report.ok);
  EXPECT_EQ(report.root, result.root);

  spec_.target.folder += "2";
  spec_.counts = {{"train", 12}, {"val", 1}};
  EXPECT_ERROR(run_format(spec_), "split.bad");
  EXPECT_FALSE(std::filesystem::exists(spec_.target.folder));
}

TEST_F(GivenSplit, IsThatOfTheMemberSplit) {
  write_list([](int i) { return i < 6 ? "train" : i < 9 ? "val2017" : i == 9 ? "" : i == 10 ? "minival" : "test"; });
  spec_.split_by = SplitBy::kList;
  ASSERT_OK_AND(const FormatResult result, run_format(spec_));
  EXPECT_EQ(sizes(result), (Sizes{6, 3, 1}));
  EXPECT_EQ(result.counts.reasons.at("not_in_any_part"), 1u);
  EXPECT_EQ(result.counts.reasons.at("split_unknown"), 1u);
  EXPECT_EQ(result.counts.in, result.counts.out + result.counts.rejected + result.counts.left_out);
  ASSERT_OK_AND(const VerifyReport report, verify({dir_ / "sets"}));
  EXPECT_TRUE(report.ok);
  EXPECT_EQ(report.root, result.root) << "all three parts are known to the proof";
  ASSERT_OK_AND(const FormatResult again, run_format(spec_));
  EXPECT_TRUE(again.already_there);
}

TEST_F(GivenSplit, IsThatOfAFileOfUrls) {
  write_list([](int) { return "test"; });
  spec_.split_by = SplitBy::kList;
  spec_.split_file = (dir_ / "parts.txt").string();
  ASSERT_OK(file::write_atomic(spec_.split_file, "train\tp/3.png\r\n\ntrain\tp/4.png\nval\tp/7.png\n"));
  ASSERT_OK_AND(const FormatResult result, run_format(spec_));
  EXPECT_EQ(sizes(result), (Sizes{2, 1}));
  EXPECT_EQ(result.counts.reasons.at("not_in_any_part"), 9u);

  ASSERT_OK(file::write_atomic(spec_.split_file, "train\tp/3.png\nval\tp/3.png\n"));
  EXPECT_ERROR(run_format(spec_), "split.file_bad");
  ASSERT_OK(file::write_atomic(spec_.split_file, "train p/3.png\n"));
  EXPECT_EQ(run_format(spec_).error().details().at("line"), "1");
  spec_.split_file += ".gone";
  EXPECT_ERROR(run_format(spec_), "file.not_found");
}

TEST_F(GivenSplit, ThatNobodyGaveIsAnError) {
  write_list([](int) { return ""; });
  spec_.split_by = SplitBy::kList;
  EXPECT_ERROR(run_format(spec_), "split.none");
  spec_.splits = {{"train", 100}};
  EXPECT_EQ(run_format(spec_).error().pointer(), "/splits");
}

TEST_F(GivenSplit, ThatCutsAGroupIsReportedAndNotChanged) {
  write_list([](int i) { return i < 11 ? "train" : "val"; });
  spec_.split_by = SplitBy::kList;
  spec_.keep_together = {"duplicates"};
  ASSERT_OK_AND(const FormatResult result, run_format(spec_));
  EXPECT_EQ(sizes(result), (Sizes{11, 1}));
  ASSERT_TRUE(result.groups);
  EXPECT_EQ(result.groups->parted, 1u);
  EXPECT_EQ(file::read(dir_ / "sets/groups.jsonl").value(),
            "{\"group\":1,\"reasons\":[\"duplicate\"],\"lines\":[11,12],\"parts\":[\"train\",\"val\"]}\n");
}

TEST_F(GivenSplit, ByCountsNeverCutsAGroup) {
  write_list([](int) { return ""; });
  spec_.split_by = SplitBy::kCounts;
  spec_.counts = {{"train", 6}, {"val", 6}};
  spec_.keep_together = {"duplicates"};
  ASSERT_OK_AND(const FormatResult result, run_format(spec_));
  EXPECT_EQ(sizes(result), (Sizes{6, 6}));
  EXPECT_EQ(result.groups->groups, 1u);
  EXPECT_EQ(result.groups->parted, 0u);
}

}  // namespace
}  // namespace ava::pipeline
