// Sets that other tools wrote, taken in: what is there is counted, what is bad is listed, the files stay as they are.
#include "worker/adopt_run.hpp"

#include <filesystem>
#include <fstream>

#include "base/file.hpp"
#include "base/testing.hpp"
#include "format/recordio.hpp"
#include "image/codec.hpp"
#include "pipeline/check.hpp"
#include "pipeline/format_run.hpp"
#include "pipeline/gallery.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/verify.hpp"

namespace ava::worker {

using namespace pipeline;  // a job is its calls, put in order
namespace {

namespace fs = std::filesystem;

class Adopting : public ::testing::Test {
 protected:
  std::string path(const std::string& relative) const { return (dir_ / relative).string(); }
  static std::string picture(int i) {
    const image::Pixels pixels{20, 10, 3, std::vector<std::uint8_t>(600, static_cast<std::uint8_t>(40 * i))};
    return *image::encode_png(pixels);
  }
  static std::string record(const format::ImageHeader& header, const std::string& bytes) {
    std::string out;
    EXPECT_OK(format::frame_record(format::encode(header), bytes, [&](std::string_view piece) -> Result<void> {
      out += piece;
      return {};
    }));
    return out;
  }
  void save(const std::string& name, const std::string& bytes) const {
    fs::create_directories((dir_ / name).parent_path());
    EXPECT_OK(file::write_atomic(dir_ / name, bytes));
  }
  AdoptSpec spec(const std::string& data, const std::string& to = "out") const {
    AdoptSpec made;
    made.data = path(data);
    made.batch = "0123456789abcdef";
    made.target.folder = path(to);
    return made;
  }

  ava::testing::TempDir dir_;
};

TEST_F(Adopting, CountsARecordioFileWithoutAnIndex) {
  std::string bytes;
  for (int i = 0; i < 5; ++i) bytes += record({.label = static_cast<float>(i % 2), .id = 7}, picture(i));
  save("any.bin", bytes);
  save("names", "猫\ndog\n");
  AdoptSpec asked = spec("any.bin");
  asked.labels = path("names");
  ASSERT_OK_AND(const AdoptResult made, run_adopt(asked));
  EXPECT_EQ(made.format, "recordio");
  EXPECT_EQ(made.sample_count, 5u);
  EXPECT_EQ(made.class_count, 2u);
  EXPECT_EQ(made.path, "sets/0123456789abcdef/recordio/train");
  EXPECT_TRUE(made.named);
  EXPECT_EQ(made.notes.at("index_rebuilt"), 1u);
  ASSERT_OK_AND(const std::string kept, file::read(path("out/" + made.path + "/cache/data.rec")));
  EXPECT_EQ(kept, bytes);
  ASSERT_OK_AND(const StatsReport stats, stats_of_set(path("out/" + made.path)));
  ASSERT_EQ(stats.labels.size(), 1u);
  EXPECT_EQ(stats.labels[0].key, "classification.class");
  ASSERT_EQ(stats.labels[0].count.size(), 2u);
  EXPECT_EQ(stats.labels[0].count[0].cls, "猫");
  EXPECT_EQ(stats.labels[0].count[0].count, 3u);
  ASSERT_OK_AND(const VerifyReport report, verify({path("out/sets/0123456789abcdef")}));
  EXPECT_TRUE(report.ok) << schema::to_text(report);
  ASSERT_OK_AND(const AdoptResult again, run_adopt(asked));
  EXPECT_EQ(schema::to_text(again), schema::to_text(made));
}

TEST_F(Adopting, KeepsAnIndexThatIsRightAndReplacesOneThatIsNot) {
  const std::string first = record({.label = 0}, picture(0));
  save("data.rec", first + record({.label = 1}, picture(1)));
  save("right.idx", "10\t0\n11\t" + std::to_string(first.size()) + "\n");
  save("wrong.idx", "0\t0\n1\t4\n");
  AdoptSpec asked = spec("data.rec");
  asked.index = path("right.idx");
  ASSERT_OK_AND(const AdoptResult made, run_adopt(asked));
  EXPECT_TRUE(made.notes.empty());
  asked.index = path("wrong.idx");
  asked.target.folder = path("other");
  ASSERT_OK_AND(const AdoptResult mended, run_adopt(asked));
  EXPECT_EQ(mended.notes.count("index_rebuilt"), 1u);
  ASSERT_OK_AND(const std::string index, file::read(path("other/" + mended.path + "/cache/data.idx")));
  EXPECT_EQ(index, "0\t0\n1\t" + std::to_string(first.size()) + "\n");
}

TEST_F(Adopting, ListsBadRecordsAndGoesOn) {
  std::string bytes = record({.label = 0}, picture(0)) + record({.label = 1}, "no picture");
  bytes += record({.label = -1}, picture(2)) + record({.label = 1}, picture(3));
  save("data.rec", bytes + "\x0a\x23\xd7\xce cut off");
  ASSERT_OK_AND(const AdoptResult made, run_adopt(spec("data.rec")));
  EXPECT_EQ(made.sample_count, 2u);
  EXPECT_EQ(made.reject_count, 3u);
  ASSERT_OK_AND(const std::string rejects, file::read(path("out/rejects.jsonl")));
  EXPECT_NE(rejects.find(R"({"line":2,)"), std::string::npos) << rejects;
  EXPECT_NE(rejects.find("set.class_unknown"), std::string::npos);
  EXPECT_NE(rejects.find("recordio.corrupt"), std::string::npos);
  ASSERT_OK_AND(const VerifyReport report, verify({path("out/sets")}));
  EXPECT_TRUE(report.ok) << schema::to_text(report);
  ASSERT_OK_AND(const auto gallery, Gallery::open(path("out/" + made.path), {}));
  Sight sight;
  ASSERT_OK_AND(const bool first, gallery->next(sight));
  ASSERT_OK_AND(const bool second, gallery->next(sight));
  EXPECT_TRUE(first && second);
  EXPECT_EQ(sight.index, 3u);
  ASSERT_OK_AND(const std::string shown, gallery->picture(sight));
  EXPECT_EQ(shown, picture(3));
}

TEST_F(Adopting, SaysWhenNothingCanBeRead) {
  save("data.rec", record({.label = 0}, "no picture") + record({.label = 1}, ""));
  EXPECT_ERROR(run_adopt(spec("data.rec")), "set.nothing_readable");
  save("notes.txt", "hello");
  EXPECT_ERROR(run_adopt(spec("notes.txt")), "set.unknown");
}

TEST_F(Adopting, FindsDamageAfterwards) {
  std::string bytes = record({.label = 0}, picture(0)) + record({.label = 1}, picture(1));
  save("data.rec", bytes);
  ASSERT_OK_AND(const AdoptResult made, run_adopt(spec("data.rec")));
  bytes[bytes.size() - 20] ^= 1;
  ASSERT_OK(file::write_atomic(path("out/" + made.path + "/cache/data.rec"), bytes));
  ASSERT_OK_AND(const VerifyReport report, verify({path("out/sets")}));
  EXPECT_FALSE(report.ok);
  EXPECT_EQ(report.problems.at(0).slug, "file.digest_differs");
  EXPECT_EQ(report.problems.at(1).sample, "train/1");
}

/// Every format that AVA writes, and reads again as if somebody else had written it.
class AdoptingOurs : public Adopting, public ::testing::WithParamInterface<const char*> {};

TEST_P(AdoptingOurs, WithBoxes) {
  std::string list;
  for (int i = 0; i < 6; ++i) {
    save("p" + std::to_string(i) + ".png", picture(i));
    list += R"({"url":"p)" + std::to_string(i) + R"(.png","type":"image","label":[{"name":"x","type":"detection",)" +
            R"("version":"1","data":[{"bbox":[[2,1],[12,9]],"class":")" + (i % 3 == 0 ? "猫" : "dog") + "\"}]}]}\n";
  }
  save("a.lst", list);
  FormatSpec format;
  format.list = path("a.lst");
  format.formats = {GetParam()};
  format.splits = {{"train", 50}, {"val", 50}};
  format.sources.base_folder = dir_.path().string();
  format.target.folder = path("sets");
  ASSERT_OK(run_format(format));
  ASSERT_EQ(std::system(("cd '" + path("") + "' && tar cf set.tar sets").c_str()), 0);
  AdoptSpec asked = spec("set.tar");
  asked.split = "val";
  ASSERT_OK_AND(const AdoptResult made, run_adopt(asked));
  EXPECT_EQ(made.format, GetParam());
  EXPECT_EQ(made.task, format::Task::kDetection);
  EXPECT_EQ(made.sample_count, 3u);
  EXPECT_EQ(made.reject_count, 0u);
  EXPECT_EQ(made.class_count, 2u);
  ASSERT_OK_AND(const VerifyReport report, verify({path("out/sets")}));
  EXPECT_TRUE(report.ok) << schema::to_text(report);
  ASSERT_OK_AND(const std::string shown, file::read(path("out/preview.lst")));
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 3);
  asked.target.folder = path("none");
  asked.split = "test";
  EXPECT_ERROR(run_adopt(asked), "set.several");
}

INSTANTIATE_TEST_SUITE_P(Formats, AdoptingOurs,
                         ::testing::Values("recordio", "lmdb", "raw", "tfrecord", "webdataset", "mds", "coco", "yolo",
                                           "voc", "roidb"));

}  // namespace
}  // namespace ava::worker
