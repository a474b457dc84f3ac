#include "engine/log_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/testing.hpp"

namespace ava::engine {
namespace {

using ::ava::testing::TempDir;

TEST(LogFile, ReadsBytesByOffsetAndSaysWhereToGoOn) {
  const TempDir dir;
  ASSERT_OK_AND(LogWriter writer, LogWriter::open(dir / "log"));
  ASSERT_OK(writer.append("one\ntwo\n"));
  ASSERT_OK_AND(const LogChunk first, read_log(dir / "log", 0, 4, false));
  EXPECT_EQ(first.text, "one\n");
  EXPECT_EQ(first.next_offset, 4u);
  EXPECT_FALSE(first.end);
  ASSERT_OK_AND(const LogChunk rest, read_log(dir / "log", first.next_offset, 100, true));
  EXPECT_EQ(rest.text, "two\n");
  EXPECT_TRUE(rest.end);
}

TEST(LogFile, AnAbsentLogIsEmptyAndAnOffsetBehindTheEndIsTheEnd) {
  const TempDir dir;
  ASSERT_OK_AND(const LogChunk none, read_log(dir / "log", 5, 100, false));
  EXPECT_EQ(none.text, "");
  EXPECT_EQ(none.next_offset, 0u);
  std::ofstream(dir / "log") << "abc";
  ASSERT_OK_AND(const LogChunk beyond, read_log(dir / "log", 99, 100, true));
  EXPECT_EQ(beyond.offset, 3u);
  EXPECT_TRUE(beyond.end);
}

TEST(LogFile, DoesNotCutAChineseCharacterInTwo) {
  const TempDir dir;
  std::ofstream(dir / "log") << "ab训练";  // 2 + 3 + 3 bytes
  ASSERT_OK_AND(const LogChunk first, read_log(dir / "log", 0, 4, false));
  EXPECT_EQ(first.text, "ab");
  ASSERT_OK_AND(const LogChunk second, read_log(dir / "log", first.next_offset, 5, false));
  EXPECT_EQ(second.text, "训");
  ASSERT_OK_AND(const LogChunk tiny, read_log(dir / "log", 5, 2, false));
  EXPECT_EQ(tiny.text.size(), 2u) << "two bytes are all there is room for: progress matters more";
}

TEST(LogFile, HasOneWriterAtATime) {
  const TempDir dir;
  {
    ASSERT_OK_AND(LogWriter writer, LogWriter::open(dir / "a" / "log"));
    EXPECT_ERROR(LogWriter::open(dir / "a" / "log"), "engine.log_busy");
    ASSERT_OK(writer.append("abc"));
  }
  ASSERT_OK_AND(const LogWriter again, LogWriter::open(dir / "a" / "log"));
  EXPECT_EQ(again.size(), 3u);
}

TEST(LogFile, GivesTheOldestBytesBackAndKeepsOffsets) {
  const TempDir dir;
  const std::string line(4095, 'x');
  std::ofstream out(dir / "log");
  for (int i = 0; i < 256; ++i) out << line << '\n';  // 1 MiB
  out.close();
  const int fd = ::open((dir / "log").c_str(), O_RDWR);
  trim_log(fd, 64 << 10);
  struct stat info {};
  ASSERT_EQ(::fstat(fd, &info), 0);
  ::close(fd);
  EXPECT_EQ(info.st_size, 1 << 20);
  if (info.st_blocks * 512 > (512 << 10)) GTEST_SKIP() << "this file system knows no holes";
  ASSERT_OK_AND(const LogChunk chunk, read_log(dir / "log", 0, 10, true));
  EXPECT_GE(chunk.offset, (1u << 20) - (72u << 10));
  EXPECT_EQ(chunk.text, "xxxxxxxxxx");
}

}  // namespace
}  // namespace ava::engine
