#include "engine/exit_words.hpp"

#include "base/testing.hpp"

namespace ava::engine {
namespace {

TEST(ExitWords, SayThatItEndedByItself) {
  EXPECT_EQ(describe({.code = 0}).words, "ended by itself with exit code 0");
  EXPECT_EQ(describe({.code = 0}).slug, "exit.ok");
  EXPECT_EQ(describe({.code = 1}).words, "ended by itself with exit code 1");
  EXPECT_EQ(describe({.code = 1}).slug, "exit.failed");
  EXPECT_FALSE(describe({.code = 1}).signal.has_value());
}

TEST(ExitWords, NameTheMemoryLimitThatWasTooLow) {
  const Exit exit = describe({.code = 137, .memory = OutOfMemory::kLimit, .memory_limit_bytes = 512u << 20});
  EXPECT_EQ(exit.words, "out of memory: it used more than its limit of 512 MiB (raise Memory)");
  EXPECT_EQ(exit.slug, "exit.out_of_memory");
  EXPECT_TRUE(exit.out_of_memory);
  EXPECT_EQ(exit.signal, 9);
}

TEST(ExitWords, KeepTheExitCodeWhenAChildRanOutOfMemory) {
  const Exit exit = describe({.code = 1, .memory = OutOfMemory::kLimit, .memory_limit_bytes = 1536u << 20});
  EXPECT_EQ(exit.words,
            "out of memory: it used more than its limit of 1.5 GiB (raise Memory); it then ended with exit code 1");
  EXPECT_TRUE(exit.out_of_memory);
}

TEST(ExitWords, AnEndWithZeroIsNoMemoryFailure) {
  const Exit exit = describe({.code = 0, .memory = OutOfMemory::kLimit});
  EXPECT_EQ(exit.slug, "exit.ok");
  EXPECT_FALSE(exit.out_of_memory);
}

TEST(ExitWords, TellAKillFromACrashAndFromAStop) {
  EXPECT_EQ(describe({.code = 137}).words, "killed by signal 9 (SIGKILL) from outside");
  EXPECT_EQ(describe({.code = 137}).slug, "exit.killed");
  EXPECT_EQ(describe({.code = 139}).words, "crashed with signal 11 (SIGSEGV)");
  EXPECT_EQ(describe({.code = 143, .stop_asked = true}).words, "stopped by the user");
  EXPECT_EQ(describe({.code = 143, .stop_asked = true}).slug, "exit.stopped");
  EXPECT_EQ(describe({.code = 137, .stop_asked = true}).words,
            "stopped by the user; it did not end within the grace time and was killed");
}

TEST(ExitWords, SayWhatToDoAboutACommandThatCannotRun) {
  const Exit missing = describe({.code = 127, .command = "pyhton3"});
  EXPECT_EQ(missing.slug, "exit.command_not_found");
  EXPECT_THAT(missing.words, ::testing::HasSubstr("'pyhton3' is not there"));
  EXPECT_EQ(describe({.code = 126, .command = "/code/train.py"}).slug, "exit.not_executable");
}

TEST(ExitWords, WriteMemoryAsPeopleDo) {
  EXPECT_EQ(memory_words(100), "100 bytes");
  EXPECT_EQ(memory_words(64u << 20), "64 MiB");
  EXPECT_EQ(memory_words(3ull << 40), "3 TiB");
}

}  // namespace
}  // namespace ava::engine
