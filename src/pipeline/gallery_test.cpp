// Looking through lists, AVA's sets and those of others, and what differs between them.
#include "pipeline/gallery.hpp"

#include <filesystem>
#include <fstream>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/testing.hpp"
#include "format/recordio.hpp"
#include "image/codec.hpp"
#include "pipeline/check.hpp"
#include "pipeline/foreign_set.hpp"
#include "pipeline/format_run.hpp"
#include "pipeline/list_diff.hpp"
#include "pipeline/verify.hpp"
#include "pipeline/verify_foreign.hpp"

namespace ava::pipeline {
namespace {

namespace fs = std::filesystem;

/// Six pictures of 20 x 10 with a box each, a list that names them, and a set of AVA's.
class Looking : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(dir_ / "theirs/cache");
    for (int i = 0; i < 6; ++i) {
      image::Pixels pixels{20, 10, 3, std::vector<std::uint8_t>(600, static_cast<std::uint8_t>(40 * i))};
      pictures_.push_back(*image::encode_png(pixels));
      ASSERT_OK(file::write_atomic(dir_ / name(i), pictures_.back()));
      lines_.push_back(line(i, i % 2 == 0 ? "猫" : "dog", "[2,1],[12,9]"));
    }
    save("a.lst", lines_);
    sources_.base_folder = dir_.path().string();
    FormatSpec spec;
    spec.list = path("a.lst");
    spec.formats = {"recordio"};
    spec.splits = {{"train", 100}};
    spec.sources = sources_;
    spec.target.folder = path("sets");
    ASSERT_OK(run_format(spec));
  }
  static std::string name(int i) { return "p" + std::to_string(i) + ".png"; }
  static std::string line(int i, const std::string& cls, const std::string& corners) {
    return R"({"url":")" + name(i) + R"(","type":"image","label":[{"name":"x","type":"detection","version":"1",)" +
           R"("data":[{"bbox":[)" + corners + R"(],"class":")" + cls + "\"}]}]}\n";
  }
  std::string path(const std::string& relative) const { return (dir_ / relative).string(); }
  void save(const std::string& to, const std::vector<std::string>& lines) const {
    std::string text;
    for (const std::string& one : lines) text += one;
    EXPECT_OK(file::write_atomic(dir_ / to, text));
  }
  /// As a tool of others packs them: another order, ids of its own, no index.
  void pack_theirs(const std::vector<int>& order, bool names, int wrong = -1) {
    std::ofstream out(dir_ / "theirs/cache/data.rec", std::ios::binary);
    for (const int i : order) {
      const float cls = (i % 2 == 0 ? 1.0f : 0.0f) + (i == wrong ? 1.0f : 0.0f);
      const format::ImageHeader header{.id = 1000u + static_cast<unsigned>(i),
                                       .labels = {2, 5, cls, 2 / 20.0f, 1 / 10.0f, 12 / 20.0f, 9 / 10.0f}};
      ASSERT_OK(format::frame_record(format::encode(header), pictures_[static_cast<std::size_t>(i)],
                                     [&](std::string_view piece) -> Result<void> {
                                       out << piece;
                                       return {};
                                     }));
    }
    if (names) ASSERT_OK(file::write_atomic(dir_ / "theirs/labels.csv", "dog\n猫\nbird\n"));
  }
  DiffReport diff_of(const std::string& a, const std::string& b, SameBy by = SameBy::kAuto) {
    DiffOptions options{.a = path(a), .b = path(b), .sources_a = sources_, .sources_b = sources_, .same_by = by};
    auto made = diff(options);
    EXPECT_OK(made);
    return made.ok() ? *made : DiffReport{};
  }

  ava::testing::TempDir dir_;
  std::vector<std::string> lines_;
  std::vector<std::string> pictures_;
  Sources sources_;
};

TEST_F(Looking, SaysTheSameOfAListAndOfSets) {
  pack_theirs({0, 1, 2, 3, 4, 5}, true);
  for (const char* where : {"a.lst", "sets/recordio/train", "theirs", "theirs/cache/data.rec"}) {
    ASSERT_OK_AND(const auto gallery, Gallery::open(path(where), sources_));
    Sight sight;
    std::size_t seen = 0;
    while (gallery->next(sight).value()) {
      ASSERT_EQ(sight.index, seen++);
      ASSERT_EQ(sight.marks.size(), 1u);
      ASSERT_OK_AND(const std::string picture, gallery->picture(sight));
      const auto which = std::find(pictures_.begin(), pictures_.end(), picture) - pictures_.begin();
      EXPECT_EQ(sight.marks[0].cls, which % 2 == 0 ? "猫" : "dog") << where;
      EXPECT_EQ(sight.width, 20);
      EXPECT_EQ(sight.sha256, to_hex(sha256(picture)));
      EXPECT_NEAR(sight.marks[0].box->at(2), 12, 1e-5);
    }
    EXPECT_EQ(seen, 6u) << where;
  }
}

TEST_F(Looking, TellsWhatIsNoSet) {
  EXPECT_ERROR(Gallery::open(path("nothing"), sources_), "file.not_found");
  fs::create_directories(dir_ / "empty");
  EXPECT_ERROR(Gallery::open(path("empty"), sources_), "set.unknown");
}

TEST_F(Looking, CountsASetOfOthers) {
  pack_theirs({0, 1, 2}, true);
  ASSERT_OK_AND(const StatsReport report, stats_of_set(path("theirs")));
  EXPECT_EQ(report.file_count, 3u);
  ASSERT_EQ(report.labels.size(), 1u);
  EXPECT_EQ(report.labels[0].type, "detection");
  EXPECT_EQ(report.labels[0].total, 3u);
  ASSERT_EQ(report.labels[0].count.size(), 2u);
  EXPECT_EQ(report.labels[0].count[0].cls, "dog");
  EXPECT_EQ(report.labels[0].count[1].count, 2u);
}

TEST_F(Looking, FindsWhatDiffersBetweenTwoLists) {
  auto other = lines_;
  other[0] = line(0, "猫", "[3,1],[13,9]");    // moved
  other[1] = line(1, "bird", "[2,1],[12,9]");  // another class
  other[2] = line(2, "猫", "[15,1],[19,9]");   // another box
  other[3] = line(9, "dog", "[2,1],[12,9]");   // another picture
  std::reverse(other.begin(), other.end());
  save("b.lst", other);
  const DiffReport report = diff_of("a.lst", "b.lst");
  EXPECT_EQ(report.same_by, "url");
  EXPECT_EQ(report.same, 2u);
  EXPECT_EQ(report.added, 1u);
  EXPECT_EQ(report.removed, 1u);
  EXPECT_EQ(report.changed, 3u);
  EXPECT_EQ(report.boxes.moved, 1u);
  EXPECT_EQ(report.boxes.class_changed, 1u);
  EXPECT_EQ(report.boxes.added, 1u);
  EXPECT_EQ(report.boxes.removed, 1u);
  ASSERT_EQ(report.changes.size(), 5u);
  EXPECT_EQ(report.changes[1].details[0], "box '猫' 2,1,12,9 moved to '猫' 3,1,13,9 (IoU 0.82)");
}

TEST_F(Looking, PairsLinesWithTheSameUrlInTheirOrder) {
  auto twice = lines_;
  twice.push_back(lines_[0]);
  save("b.lst", twice);
  const DiffReport report = diff_of("a.lst", "b.lst");
  EXPECT_EQ(report.same, 6u);
  EXPECT_EQ(report.added, 1u);
  EXPECT_EQ(diff_of("b.lst", "a.lst").removed, 1u);
}

TEST_F(Looking, FindsNothingBetweenAListAndItsSets) {
  EXPECT_TRUE(diff_of("a.lst", "sets/recordio/train").equal());
  pack_theirs({5, 3, 1, 0, 2, 4}, true);
  const DiffReport report = diff_of("sets/recordio/train", "theirs");
  EXPECT_EQ(report.same_by, "picture");
  EXPECT_TRUE(report.equal());
  EXPECT_TRUE(diff_of("a.lst", "theirs").equal());
  EXPECT_ERROR(diff({.a = path("a.lst"), .b = path("theirs"), .sources_a = sources_, .same_by = SameBy::kUrl}),
               "diff.no_url");
}

TEST_F(Looking, ComparesClassesByNumberWhereNobodyNamesThem) {
  pack_theirs({0, 1, 2, 3, 4, 5}, false);
  EXPECT_TRUE(diff_of("sets/recordio/train", "theirs").equal());
}

TEST_F(Looking, ProvesASetOfOthersAgainstOneOfOurs) {
  pack_theirs({5, 3, 1, 0, 2, 4}, true);
  ASSERT_OK_AND(const VerifyReport good, verify_with_foreign({path("sets/recordio/train"), path("theirs")}));
  EXPECT_TRUE(good.ok);
  ASSERT_EQ(good.sets.size(), 2u);
  EXPECT_EQ(good.sets[1].sample_count, 6u);
  pack_theirs({5, 3, 0, 2, 4}, true, 2);
  ASSERT_OK_AND(const VerifyReport bad, verify_with_foreign({path("sets/recordio/train"), path("theirs")}));
  EXPECT_FALSE(bad.ok);
  ASSERT_EQ(bad.problems.size(), 2u);
  EXPECT_EQ(bad.problems[0].slug, "sample.missing");
  EXPECT_EQ(bad.problems[1].slug, "sample.label_differs");
  EXPECT_ERROR(verify_with_foreign({path("theirs")}), "verify.nothing");
}

}  // namespace
}  // namespace ava::pipeline
