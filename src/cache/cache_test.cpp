#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "base/file.hpp"
#include "base/random.hpp"
#include "base/testing.hpp"
#include "cache/keyed_log.hpp"
#include "cache/made_pictures.hpp"

namespace ava::cache {
namespace {

namespace fs = std::filesystem;

Digest key(int number) { return sha256(fmt::format("key {}", number)); }
std::string value(int number, std::size_t bytes = 1000) {
  std::string text = fmt::format("value {} ", number);
  while (text.size() < bytes) text += text;
  text.resize(bytes);
  return text;
}

class Log : public ::testing::Test {
 protected:
  std::shared_ptr<KeyedLog> open(std::uint64_t max_bytes = 0) {
    auto log = KeyedLog::open(dir_ / "log", max_bytes);
    EXPECT_OK(log);
    return *log;
  }
  static void keep(KeyedLog& log, int from, int to, std::size_t bytes = 1000) {
    for (int i = from; i < to; ++i) log.keep(key(i), {static_cast<std::uint32_t>(i), 2, 3, 4, 5}, value(i, bytes));
  }
  static int found(KeyedLog& log, int from, int to, std::size_t bytes = 1000) {
    int right = 0;
    for (int i = from; i < to; ++i)
      if (const auto kept = log.find(key(i))) {
        EXPECT_EQ(kept->bytes, value(i, bytes));
        EXPECT_EQ(kept->numbers[0], static_cast<std::uint32_t>(i));
        ++right;
      }
    return right;
  }
  std::vector<fs::path> files(const std::string& ending) const {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(dir_ / "log"))
      if (entry.path().string().ends_with(ending)) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    return paths;
  }
  std::uint64_t bytes_on_disk() const {
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(dir_ / "log")) bytes += entry.file_size();
    return bytes;
  }
  ava::testing::TempDir dir_;
};

TEST_F(Log, FindsWhatWasKeptNowAndLater) {
  {
    const auto log = open();
    keep(*log, 0, 3000, 20);
    EXPECT_EQ(found(*log, 0, 3100, 20), 3000);
    EXPECT_TRUE(log->find(key(7))->by_this_run);
  }
  const auto again = open();
  EXPECT_EQ(again->size(), 3000u);
  EXPECT_EQ(found(*again, 0, 3100, 20), 3000);
  EXPECT_FALSE(again->find(key(7))->by_this_run);
  keep(*again, 3000, 3010, 20);
  EXPECT_TRUE(again->find(key(3001))->by_this_run);
  EXPECT_EQ(files(".data1").size(), 1u) << "small runs go on with the segment of those before";
}

TEST_F(Log, KeepsNothingAndEverythingForAnEmptyValue) {
  const auto log = open();
  EXPECT_FALSE(log->find(key(1)));
  log->keep(key(1), {9}, "");
  EXPECT_EQ(log->find(key(1))->numbers[0], 9u);
}

TEST_F(Log, DoesNotFindWhatWasCutOrDamaged) {
  keep(*open(), 0, 50);
  const fs::path index = files(".index1").front();
  const fs::path data = files(".data1").front();
  fs::resize_file(index, 40 * 72 + 30);  // a kill within an entry
  EXPECT_EQ(found(*open(), 0, 50), 40);
  {
    std::fstream file(data, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(3 * 1000 + 500);
    file.put('#');
  }
  EXPECT_EQ(found(*open(), 0, 50), 39);
  fs::resize_file(data, 20 * 1000 - 100);
  EXPECT_EQ(found(*open(), 0, 50), 18);
  const auto log = open();
  keep(*log, 3, 4);
  keep(*log, 40, 50);
  EXPECT_EQ(found(*log, 0, 50), 29) << "what was lost can be kept again";
  EXPECT_EQ(found(*open(), 0, 50), 29);
}

TEST_F(Log, IsNotConfusedByRandomBytes) {
  keep(*open(), 0, 50);
  std::uint64_t drawn = 0;
  const auto below = [&](std::uint64_t bound) { return random_below(7, drawn++, bound); };
  for (int turn = 0; turn < 50; ++turn) {
    for (const char* ending : {".index1", ".data1"}) {
      std::fstream file(files(ending).front(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(below(50 * 72)));
      for (int i = 0; i < 8; ++i) file.put(static_cast<char>(below(256)));
    }
    found(*open(), 0, 50);  // every value that is found is right
  }
}

TEST_F(Log, StaysWithinItsBoundAndDropsWhatWasNotUsed) {
  constexpr std::uint64_t kBound = 2u << 20;
  {
    const auto log = open(kBound);
    keep(*log, 0, 1500);
  }
  {
    const auto log = open(kBound);
    EXPECT_TRUE(log->find(key(0)));  // its segment is now the one used last
    keep(*log, 1500, 2500);
    EXPECT_LE(bytes_on_disk(), kBound);
    EXPECT_TRUE(log->find(key(0)));
    EXPECT_FALSE(log->find(key(200)));
    EXPECT_EQ(found(*log, 2000, 2500), 500);
  }
  EXPECT_LE(open(1u << 20)->bytes(), 1u << 20) << "a smaller bound holds at once";
  EXPECT_LE(bytes_on_disk(), 1u << 20);
}

TEST_F(Log, TwoWritersDoNotDisturbEachOther) {
  const auto one = open(1u << 20);
  const auto other = open(1u << 20);
  std::thread first([&] { keep(*one, 0, 400); });
  keep(*other, 400, 800);
  first.join();
  EXPECT_EQ(files(".data1").size() > 1, true);
  const auto all = open(1u << 20);
  EXPECT_EQ(found(*all, 0, 800), 800);
}

TEST_F(Log, ServesManyThreadsWhileSegmentsComeAndGo) {
  const auto log = open(256u << 10);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 400; ++i) {
        log->keep(key(t * 1000 + i), {}, value(i));
        for (const int back : {0, 100}) {
          const auto kept = log->find(key(t * 1000 + i - back));
          if (kept) EXPECT_EQ(kept->bytes, value(i - back));
        }
      }
    });
  for (std::thread& thread : threads) thread.join();
  int last = 0;
  for (int t = 0; t < 4; ++t) last += log->find(key(t * 1000 + 399)) ? 1 : 0;
  EXPECT_GT(last, 0) << "what came last is there, though six times the bound came";
  EXPECT_LE(bytes_on_disk(), 256u << 10);
}

TEST_F(Log, LeavesOtherFilesAlone) {
  fs::create_directories(dir_ / "log");
  ASSERT_OK(file::write_atomic(dir_ / "log/mine.txt", "keep"));
  ASSERT_OK(file::write_atomic(dir_ / "log/00000000.index0", "older"));
  const auto log = open(1u << 20);
  keep(*log, 0, 3000);
  EXPECT_EQ(file::read(dir_ / "log/mine.txt").value(), "keep");
  EXPECT_EQ(file::read(dir_ / "log/00000000.index0").value(), "older");
}

TEST(MadePictures, FindsByContentAndByUrlOfTheSameListAndTransform) {
  const ava::testing::TempDir dir;
  const MadeOptions options{dir / "cache", 1u << 20, dir / "spool", "list", "resize=24", true};
  const MadePicture picture{"jpeg", image::Kind::kJpeg, 24, 24, 100, 100};
  {
    const auto made = MadePictures::open(options);
    made->keep_cached(made->key_of_content("source"), picture);
    made->keep_spooled(made->key_of_url("http://a/b", ""), picture, true);
    EXPECT_EQ(made->find_cached(made->key_of_content("source"))->by, MadeBy::kThisRun);
  }
  const auto again = MadePictures::open(options);
  const auto found = again->find_cached(again->key_of_content("source"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->by, MadeBy::kCache);
  EXPECT_EQ(found->bytes, "jpeg");
  EXPECT_EQ(found->source_width, 100);
  EXPECT_EQ(again->find_spooled(again->key_of_url("http://a/b", ""))->by, MadeBy::kEarlierAttempt);
  EXPECT_FALSE(again->find_cached(again->key_of_content("other")));

  MadeOptions other = options;
  other.transform = "resize=25";
  const auto different = MadePictures::open(other);
  EXPECT_FALSE(different->find_cached(different->key_of_content("source")));
  EXPECT_EQ(different->spooled(), 0u);
  EXPECT_EQ(MadePictures::open(options)->spooled(), 0u) << "the spool of another job was wiped";
}

TEST(MadePictures, WorksWithoutACacheThatCannotBeOpened) {
  const ava::testing::TempDir dir;
  ASSERT_OK(file::write_atomic(dir / "file", "no folder"));
  const auto made = MadePictures::open({dir / "file", 0, {}, "list", "t", true});
  EXPECT_FALSE(made->caches());
  EXPECT_FALSE(made->spools(true));
}

}  // namespace
}  // namespace ava::cache
