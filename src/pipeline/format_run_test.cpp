#include "pipeline/format_run.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/testing.hpp"
#include "image/codec.hpp"
#include "pipeline/check.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/sample_record.hpp"
#include "pipeline/verify.hpp"

namespace ava::pipeline {
namespace {

namespace fs = std::filesystem;

/// Ten small pictures of two classes and the list that names them.
class Formatting : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 10; ++i) add(i, i % 2 == 0 ? "猫" : "dog");
    save();
    spec_.list = (dir_ / "list.lst").string();
    spec_.formats = {"recordio", "raw"};
    spec_.splits = {{"train", 70}, {"val", 30}};
    spec_.sources.base_folder = dir_.path().string();
    spec_.target.folder = (dir_ / "sets").string();
  }
  void add(int i, const std::string& cls, bool picture = true) {
    const std::string name = "p" + std::to_string(i) + ".png";
    image::Pixels pixels{.width = 2, .height = 2, .channels = 3, .data = std::vector<std::uint8_t>(12, i)};
    if (picture) ASSERT_OK(file::write_atomic(dir_ / ("p/" + name), image::encode_png(pixels).value()));
    lines_ += R"({"url":"p/)" + name +
              R"(","type":"image","label":[{"name":"x","type":"classification","version":"1",)" +
              R"("data":[{"class":")" + cls + "\"}]}]}\n";
  }
  void save() { ASSERT_OK(file::write_atomic(dir_ / "list.lst", lines_)); }
  static fs::path made(const fs::path& path) {
    fs::create_directories(path);
    return path;
  }

  ava::testing::TempDir dir_;
  fs::path pictures_ = made(dir_ / "p");
  std::string lines_;
  FormatSpec spec_;
};

TEST_F(Formatting, MakesEverySetOfTheBatchInOnePass) {
  ASSERT_OK_AND(const FormatResult result, run_format(spec_));
  EXPECT_EQ(result.classes, (std::vector<std::string>{"dog", "猫"}));
  EXPECT_EQ(result.label, "classification.x");
  ASSERT_EQ(result.sets.size(), 4u);
  EXPECT_EQ(result.sets[0].path, "recordio/train");
  EXPECT_EQ(result.sets[0].sample_count, 7u);
  EXPECT_EQ(result.sets[3].sample_count, 3u);
  ASSERT_OK_AND(const SetManifest set, read_manifest<SetManifest>((dir_ / "sets/raw/val/ava-batch.json").string()));
  EXPECT_EQ(set.range, "7-10");
  ASSERT_OK_AND(const VerifyReport report, verify({dir_ / "sets"}));
  EXPECT_TRUE(report.ok);
  EXPECT_EQ(report.root, result.root);
}

TEST_F(Formatting, IsTheSameOnAnyNumberOfThreads) {
  ASSERT_OK_AND(const FormatResult one, run_format(spec_));
  for (const unsigned threads : {2u, 7u}) {
    spec_.threads = threads;
    spec_.target.folder = (dir_ / ("sets" + std::to_string(threads))).string();
    ASSERT_OK_AND(const FormatResult other, run_format(spec_));
    EXPECT_EQ(schema::to_text(other), schema::to_text(one));
    EXPECT_EQ(file::read(dir_ / "sets/batch.json").value(),
              file::read(fs::path(spec_.target.folder) / "batch.json").value());
  }
}

TEST_F(Formatting, AnswersTheSameBatchWithoutMakingItAgain) {
  ASSERT_OK_AND(const FormatResult first, run_format(spec_));
  ASSERT_OK_AND(const FormatResult again, run_format(spec_));
  EXPECT_FALSE(first.already_there);
  EXPECT_TRUE(again.already_there);
  EXPECT_EQ(again.root, first.root);
  spec_.seed = 9;
  EXPECT_ERROR(run_format(spec_), "target.exists");
}

TEST_F(Formatting, ListsWhatIsBadAndTheCountsClose) {
  add(77, "dog", false);
  lines_ += "{\"url\":\"p/p1.png\",\"type\":\"image\"}\nnot json\n";
  save();
  spec_.splits = {{"train", 50}};
  spec_.seed = 1;  // the missing picture is in the half that is read
  ASSERT_OK_AND(const FormatResult result, run_format(spec_));
  EXPECT_EQ(result.counts.in, 13u);
  EXPECT_EQ(result.counts.out, 5u);
  EXPECT_EQ(result.counts.rejected, 2u);
  EXPECT_EQ(result.counts.left_out, 6u);
  EXPECT_EQ(result.counts.reasons.at("not_in_any_part"), 5u);
  EXPECT_EQ(result.counts.reasons.at("unlabelled"), 1u);
  EXPECT_EQ(result.counts.reasons.at("object.not_found"), 1u);
}

TEST_F(Formatting, NeedsALabelThatIsClear) {
  lines_ += R"({"url":"p/p1.png","type":"image","label":[{"name":"y","type":"classification","version":"1",)"
            R"("data":[{"class":"c"}]}]})"
            "\n";
  save();
  EXPECT_ERROR(run_format(spec_), "label.ambiguous");
  spec_.label = "classification.y";
  ASSERT_OK_AND(const FormatResult result, run_format(spec_));
  EXPECT_EQ(result.classes, std::vector<std::string>{"c"});
}

TEST_F(Formatting, StopsWhenItIsCancelledAndLeavesNothing) {
  std::stop_source source;
  source.request_stop();
  const auto result = run_format(spec_, {}, source.get_token());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::kCancelled);
  EXPECT_FALSE(fs::exists(dir_ / "sets"));
  EXPECT_FALSE(fs::exists(dir_ / ".ava-tmp-sets"));
}

TEST_F(Formatting, WritesTheMeanOfTheTrainingPart) {
  lines_.clear();
  add(104, "a");
  save();
  spec_.mean = true;
  spec_.splits = {{"train", 100}};
  ASSERT_OK(run_format(spec_));
  EXPECT_EQ(file::read(dir_ / "sets/raw/train/mean.csv").value(), "104,104,104\n");
  const std::string bytes = file::read(dir_ / "sets/raw/train/mean.binaryproto").value();
  EXPECT_EQ(to_hex(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size())),
            "08011003180120012a0c0000d0420000d0420000d042");
}

/// Pictures of 20 x 10 with boxes.
class FormattingBoxes : public Formatting {
 protected:
  void SetUp() override {
    Formatting::SetUp();
    lines_.clear();
    for (int i = 0; i < 10; ++i) boxes(i, i % 3 == 0 ? box("dog") + "," + box("cat") : box("cat"));
    save();
    spec_.formats = {"raw"};
  }
  void boxes(int i, const std::string& data) {
    const std::string name = "b" + std::to_string(i) + ".png";
    const image::Pixels pixels{.width = 20, .height = 10, .channels = 3, .data = std::vector<std::uint8_t>(600, i)};
    ASSERT_OK(file::write_atomic(dir_ / ("p/" + name), image::encode_png(pixels).value()));
    lines_ += R"({"url":"p/)" + name + R"(","type":"image","label":[{"name":"d","type":"detection","version":"1",)" +
              R"("data":[)" + data + "]}]}\n";
  }
  static std::string box(const std::string& cls, const std::string& from = "[1,2]", const std::string& to = "[11,9]") {
    return R"({"bbox":[)" + from + "," + to + R"(],"class":")" + cls + "\"}";
  }
};

TEST_F(FormattingBoxes, AListOfBoxesNeedsNoLabelName) {
  ASSERT_OK_AND(const FormatResult result, run_format(spec_));
  EXPECT_EQ(result.task, format::Task::kDetection);
  EXPECT_EQ(result.label, "detection.d");
  EXPECT_EQ(result.classes, (std::vector<std::string>{"cat", "dog"}));
  ASSERT_TRUE(result.counts.objects.has_value());
  EXPECT_EQ(result.counts.objects->in, 14u);
  EXPECT_EQ(result.counts.objects->out, 14u);
  ASSERT_OK_AND(const SetManifest set, read_manifest<SetManifest>((dir_ / "sets/raw/train/ava-batch.json").string()));
  EXPECT_EQ(set.classes[0].count, 7u);  // boxes
  EXPECT_EQ(set.classes[1].count, 3u);  // 70 % of the 4 pictures with a dog, the rarer class
  ASSERT_OK_AND(const VerifyReport report, verify({dir_ / "sets"}));
  EXPECT_TRUE(report.ok) << (report.problems.empty() ? "" : report.problems[0].detail);
}

TEST_F(FormattingBoxes, AMovedBoxIsFoundAndItsPictureNamed) {
  ASSERT_OK(run_format(spec_));
  const fs::path index = dir_ / "sets/raw/train/samples/index.lst";
  ASSERT_OK_AND(std::string text, file::read(index));
  text.replace(text.find(",11,"), 4, ",12,");
  ASSERT_OK(file::write_atomic(index, text));
  ASSERT_OK_AND(const VerifyReport report, verify({dir_ / "sets"}));
  EXPECT_FALSE(report.ok);
  EXPECT_TRUE(std::any_of(report.problems.begin(), report.problems.end(), [](const Problem& found) {
    return found.slug == "sample.label_differs" && found.sample == "train/0";
  }));
}

TEST_F(FormattingBoxes, BadBoxesAreListedPicturesStayAndTheCountsClose) {
  boxes(10, box("cat", "[50,50]", "[60,60]"));                 // outside: the picture becomes a negative
  boxes(11, "");                                               // a negative
  boxes(12, box("cat", "[1,1]", "[1,9]") + "," + box("cat"));  // the reader refuses the empty one
  boxes(13, box("cat", "[-5,0]", "[50,40]"));                  // cut to the picture
  save();
  spec_.resize = "40x20";
  ASSERT_OK_AND(const FormatResult result, run_format(spec_));
  EXPECT_EQ(result.counts.in, 14u);
  EXPECT_EQ(result.counts.out, 14u);
  const ObjectCounts& objects = *result.counts.objects;
  EXPECT_EQ(objects.in, 18u);
  EXPECT_EQ(objects.out, 16u);
  EXPECT_EQ(objects.rejected, 2u);
  EXPECT_EQ(objects.clipped, 1u);
  EXPECT_EQ(objects.reasons.at("bbox_empty"), 2u);
  ASSERT_OK_AND(const StatsReport train, stats_of_set((dir_ / "sets/raw/train").string()));
  ASSERT_OK_AND(const StatsReport val, stats_of_set((dir_ / "sets/raw/val").string()));
  EXPECT_EQ(train.labels[0].total + val.labels[0].total, 16u);           // boxes
  EXPECT_EQ(train.labels[0].images + val.labels[0].images, 12u);         // pictures with some
  EXPECT_EQ(train.labels[0].unlabelled + val.labels[0].unlabelled, 2u);  // and without
  ASSERT_OK_AND(const std::string rejects, file::read(dir_ / "sets/rejects.jsonl"));
  EXPECT_EQ(std::count(rejects.begin(), rejects.end(), '\n'), 2);
  ASSERT_OK_AND(const VerifyReport report, verify({dir_ / "sets"}));
  EXPECT_TRUE(report.ok) << (report.problems.empty() ? "" : report.problems[0].detail);
}

TEST_F(FormattingBoxes, AFormatThatCannotHoldBoxesIsRefusedBeforeAnyWork) {
  spec_.formats = {"raw", "folder"};
  EXPECT_ERROR(run_format(spec_), "format.cannot_carry");
}

TEST_F(Formatting, SeveralClassesAPictureAreKeptWhenAskedFor) {
  lines_ = std::string(R"({"url":"p/p0.png","type":"image","label":[{"name":"x","type":"classification",)") +
           R"("version":"1","data":[{"class":"b"},{"class":"a"}]}]})" + "\n" + lines_;
  save();
  spec_.formats = {"raw"};
  spec_.multi_label = true;
  ASSERT_OK_AND(const FormatResult result, run_format(spec_));
  EXPECT_EQ(result.task, format::Task::kMultiLabel);
  EXPECT_EQ(result.classes, (std::vector<std::string>{"a", "b", "dog", "猫"}));
  ASSERT_OK_AND(const VerifyReport report, verify({dir_ / "sets"}));
  EXPECT_TRUE(report.ok) << (report.problems.empty() ? "" : report.problems[0].detail);
}

/// Part of each url of a batch, from the listings of its raw sets.
std::map<std::string, std::string> parts_of(const fs::path& sets) {
  std::map<std::string, std::string> parts;
  for (const char* split : {"train", "val"}) {
    std::ifstream listing(sets / "raw" / split / "ava-batch.jsonl");
    for (std::string line; std::getline(listing, line);)
      parts[schema::from_text<SampleRecord>(line).value().url] = split;
  }
  return parts;
}

TEST_F(Formatting, VersionsOfOnePictureStayInOnePart) {
  for (int i = 0; i < 10; ++i)
    for (const char* copy : {"a", "b", "c"}) {
      const std::string name = "p" + std::to_string(i) + copy + ".png";
      fs::copy_file(pictures_ / ("p" + std::to_string(i) + ".png"), pictures_ / name);
      lines_ += R"({"url":"p/)" + name + R"(","type":"image","source_url":"p/p)" + std::to_string(i) +
                R"x(.png","ops":"augment(flop())","label":[{"name":"x","type":"classification","version":"1",)x" +
                R"("data":[{"class":"猫"}]}]})" + "\n";
    }
  save();
  ASSERT_OK_AND(const FormatResult result, run_format(spec_));
  ASSERT_TRUE(result.groups.has_value());
  EXPECT_EQ(result.groups->groups, 10u);
  EXPECT_EQ(result.groups->samples, 40u);
  const auto parts = parts_of(dir_ / "sets");
  ASSERT_EQ(parts.size(), 40u);
  for (int i = 0; i < 10; ++i)
    for (const char* copy : {"a", "b", "c"})
      EXPECT_EQ(parts.at("p/p" + std::to_string(i) + copy + ".png"), parts.at("p/p" + std::to_string(i) + ".png"));
  ASSERT_OK_AND(const std::string groups, file::read(dir_ / "sets/groups.jsonl"));
  EXPECT_TRUE(groups.starts_with(R"({"group":1,"reasons":["source"],"lines":[1,11,12,13]})")) << groups;
  ASSERT_OK_AND(const VerifyReport report, verify({dir_ / "sets"}));
  EXPECT_TRUE(report.ok);
}

TEST_F(Formatting, CopiesStayInOnePartWhenAskedForAndBadPicturesAreFoundOnTheWay) {
  for (int i = 0; i < 10; ++i) {
    fs::copy_file(pictures_ / ("p" + std::to_string(i) + ".png"), pictures_ / ("copy" + std::to_string(i) + ".png"));
    lines_ += R"({"url":"p/copy)" + std::to_string(i) + R"(.png","type":"image","label":[{"name":"x",)" +
              R"("type":"classification","version":"1","data":[{"class":"dog"}]}]})" + "\n";
  }
  add(99, "dog", false);
  save();
  spec_.keep_together = {"duplicates"};
  ASSERT_OK_AND(const FormatResult result, run_format(spec_));
  EXPECT_EQ(result.groups->groups, 10u);
  EXPECT_EQ(result.counts.rejected, 1u);
  const auto parts = parts_of(dir_ / "sets");
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(parts.at("p/copy" + std::to_string(i) + ".png"), parts.at("p/p" + std::to_string(i) + ".png"));
}

TEST_F(Formatting, AnUnknownGroupIsRefused) {
  spec_.keep_together = {"colour"};
  EXPECT_ERROR(run_format(spec_), "group.unknown");
  spec_.keep_together = {"source", "none"};
  EXPECT_ERROR(run_format(spec_), "group.unknown");
  spec_.keep_together = {"field:patient"};
  EXPECT_ERROR(run_format(spec_), "group.no_field");
  spec_.keep_together = {"none"};
  EXPECT_OK(run_format(spec_));
}

}  // namespace
}  // namespace ava::pipeline
