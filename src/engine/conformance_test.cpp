// What every driver promises, run over all of them: the process driver always, the container driver where an engine
// listens (AVA_ENGINE_SOCKET or the usual places) and has the image localhost/ava/base:bookworm.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "base/file.hpp"
#include "base/id.hpp"
#include "base/testing.hpp"
#include "engine/all.hpp"
#include "engine/testing.hpp"

namespace ava::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class EngineConformance : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    engine_ = make_engine();
    const auto info = engine_->probe();
    ASSERT_OK(info);
    if (!info->available) GTEST_SKIP() << "no engine: " << info->detail;
    if (!is_container()) return;
    if (const std::string why = missing_image(*engine_); !why.empty()) GTEST_SKIP() << why;
  }

  void TearDown() override {
    for (const std::string& handle : handles_) EXPECT_OK(engine_->remove(handle));
  }

  bool is_container() const { return GetParam() == "container"; }

  std::unique_ptr<Engine> make_engine() {
    auto made = make(GetParam(), {.state_dir = (dir_ / "state").string(), .owner = "ava-test"});
    EXPECT_OK(made);
    return *std::move(made);
  }

  Spec spec(const std::string& script) {
    return {.key = "jb_test-" + random_hex(8),
            .name = "试验",
            .image = kTestImage,
            .command = {"sh", "-c", script},
            .env = {},
            .working_dir = "/tmp"};
  }

  std::string start(const Spec& spec) {
    auto handle = engine_->start(spec);
    EXPECT_OK(handle);
    if (!handle.ok()) return {};
    handles_.push_back(*handle);
    return *handle;
  }

  Status wait(Engine& engine, const std::string& handle, const std::function<bool(const Status&)>& until) {
    Status last;
    for (int i = 0; i < 1500; ++i) {
      auto status = engine.status(handle);
      EXPECT_OK(status);
      if (!status.ok()) return last;
      last = *status;
      if (until(last)) return last;
      std::this_thread::sleep_for(milliseconds(20));
    }
    ADD_FAILURE() << "waited 30 s in vain";
    return last;
  }
  /// The end of a job; an empty one, and a failure, when it was not to be had.
  Status wait_end(const std::string& handle) {
    Status end = wait(*engine_, handle, [](const Status& s) { return s.exit.has_value(); });
    if (!end.exit) end.exit.emplace();
    return end;
  }

  std::string read_all(Engine& engine, const std::string& handle, std::uint64_t step = 1 << 20) {
    std::string text;
    for (int i = 0; i < 1500; ++i) {
      auto chunk = engine.log(handle, text.size(), step);
      EXPECT_OK(chunk);
      if (!chunk.ok()) break;
      EXPECT_EQ(chunk->offset, text.size());
      text += chunk->text;
      if (chunk->end) return text;
      if (chunk->text.empty()) std::this_thread::sleep_for(milliseconds(20));
    }
    ADD_FAILURE() << "the log does not end: " << text.substr(0, 300);
    return text;
  }

  /// Wait until the log holds `text`.
  void wait_log(Engine& engine, const std::string& handle, const std::string& text) {
    for (int i = 0; i < 500; ++i) {
      const auto chunk = engine.log(handle, 0, 1 << 20);
      ASSERT_OK(chunk);
      if (chunk->text.find(text) != std::string::npos) return;
      std::this_thread::sleep_for(milliseconds(20));
    }
    FAIL() << "the log never said " << text;
  }

  ava::testing::TempDir dir_;
  std::unique_ptr<Engine> engine_;
  std::vector<std::string> handles_;
};

TEST_P(EngineConformance, RunsACommandAndReportsItsEnd) {
  const std::string handle = start(spec("echo hello; exit 0"));
  const Status end = wait_end(handle);
  EXPECT_EQ(end.state, State::kExited);
  EXPECT_EQ(end.exit->code, 0);
  EXPECT_EQ(end.exit->words, "ended by itself with exit code 0");
  EXPECT_GT(end.started_ms, 1'600'000'000'000);
  EXPECT_GE(end.ended_ms, end.started_ms - 1000);
  EXPECT_EQ(read_all(*engine_, handle), "hello\n");
}

TEST_P(EngineConformance, ReportsAFailureWithItsExitCode) {
  const Status end = wait_end(start(spec("exit 3")));
  EXPECT_EQ(end.exit->code, 3);
  EXPECT_EQ(end.exit->slug, "exit.failed");
  EXPECT_EQ(end.exit->words, "ended by itself with exit code 3");
  EXPECT_FALSE(end.exit->signal.has_value());
}

TEST_P(EngineConformance, CarriesChineseTextInEnvironmentAndLog) {
  Spec job = spec("printf '%s|%s\\n' \"$GREETING\" \"$(pwd)\"; echo 错误 >&2");
  job.env = {{"GREETING", "你好, 训练 \"quoted\" $HOME"}};
  const std::string handle = start(job);
  wait_end(handle);
  const std::string text = read_all(*engine_, handle, 7);
  EXPECT_THAT(text, HasSubstr("你好, 训练 \"quoted\" $HOME|/tmp\n"));
  EXPECT_THAT(text, HasSubstr("错误\n"));
}

TEST_P(EngineConformance, ReadsTheLogByOffsetWhileTheJobRuns) {
  const std::string handle = start(spec("printf 'first\\nsecond\\n'; while [ ! -e /nonexistent ]; do sleep 0.1; done"));
  wait_log(*engine_, handle, "second\n");
  ASSERT_OK_AND(const LogChunk chunk, engine_->log(handle, 6, 3));
  EXPECT_EQ(chunk.text, "sec");
  EXPECT_EQ(chunk.next_offset, 9u);
  EXPECT_FALSE(chunk.end);
  ASSERT_OK_AND(const LogChunk later, engine_->log(handle, 13, 100));
  EXPECT_EQ(later.text, "");
  EXPECT_FALSE(later.end) << "the job still runs";
}

TEST_P(EngineConformance, StartsOncePerKey) {
  std::filesystem::create_directories(dir_ / "shared");
  Spec job = spec("echo run >> " + (dir_ / "shared").string() + "/count; sleep 0.3");
  job.mounts = {{(dir_ / "shared").string(), (dir_ / "shared").string(), false}};
  const std::string handle = start(job);
  ASSERT_OK_AND(const std::string again, engine_->start(job));
  EXPECT_EQ(again, handle);
  const auto other = make_engine();
  ASSERT_OK_AND(const std::string elsewhere, other->start(job));
  EXPECT_EQ(elsewhere, handle);
  wait_end(handle);
  ASSERT_OK_AND(const std::string after_end, engine_->start(job));
  EXPECT_EQ(after_end, handle);
  EXPECT_EQ(file::read(dir_ / "shared" / "count").value_or(""), "run\n");
}

TEST_P(EngineConformance, StartsOnceFromManyThreads) {
  std::filesystem::create_directories(dir_ / "shared");
  Spec job = spec("echo run >> " + (dir_ / "shared").string() + "/count");
  job.mounts = {{(dir_ / "shared").string(), (dir_ / "shared").string(), false}};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { EXPECT_OK(engine_->start(job)); });
  threads.clear();
  wait_end(start(job));
  EXPECT_EQ(file::read(dir_ / "shared" / "count").value_or(""), "run\n");
}

TEST_P(EngineConformance, FindsARunningJobAgainAfterARestart) {
  Spec job = spec("echo before; for i in 1 2 3 4 5 6 7 8 9 10; do echo line $i; sleep 0.1; done; exit 5");
  job.log_path = (dir_ / "logs" / "job.log").string();
  const std::string handle = start(job);
  wait_log(*engine_, handle, "line 2");
  engine_.reset();
  std::this_thread::sleep_for(milliseconds(300));
  engine_ = make_engine();
  EXPECT_EQ(wait_end(handle).exit->code, 5);
  const std::string expected =
      "before\nline 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8\nline 9\nline 10\n";
  EXPECT_EQ(read_all(*engine_, handle), expected) << "nothing lost, nothing twice";
  EXPECT_EQ(file::read(job.log_path).value_or(""), expected);
}

TEST_P(EngineConformance, TwoProgramsMayWatchOneJob) {
  const std::string handle = start(spec("for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.05; done"));
  const auto other = make_engine();
  EXPECT_EQ(wait(*other, handle, [](const Status& s) { return s.exit.has_value(); }).exit->code, 0);
  wait_end(handle);
  EXPECT_EQ(read_all(*other, handle), "1\n2\n3\n4\n5\n6\n7\n8\n");
  EXPECT_EQ(read_all(*engine_, handle), "1\n2\n3\n4\n5\n6\n7\n8\n");
}

TEST_P(EngineConformance, StopsPolitelyWithinTheGrace) {
  const std::string handle = start(spec("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"));
  wait_log(*engine_, handle, "ready");
  EXPECT_OK(engine_->stop(handle, seconds(10)));
  const Status end = wait_end(handle);
  EXPECT_EQ(end.exit->slug, "exit.stopped");
  EXPECT_EQ(end.exit->words, "stopped by the user");
  EXPECT_THAT(read_all(*engine_, handle), HasSubstr("bye\n"));
  EXPECT_OK(engine_->stop(handle, seconds(1)));
}

TEST_P(EngineConformance, KillsWhatDoesNotStop) {
  const std::string handle = start(spec("trap '' TERM; echo ready; while :; do sleep 0.05; done"));
  wait_log(*engine_, handle, "ready");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_OK(engine_->stop(handle, seconds(1)));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(15));
  const Status end = wait_end(handle);
  EXPECT_EQ(end.exit->slug, "exit.stopped");
  EXPECT_EQ(end.exit->signal, 9);
}

TEST_P(EngineConformance, TellsAKillFromOutside) {
  const Status end = wait_end(start(spec("kill -9 $$")));
  EXPECT_EQ(end.exit->code, 137);
  EXPECT_EQ(end.exit->slug, "exit.killed");
  EXPECT_EQ(end.exit->words, "killed by signal 9 (SIGKILL) from outside");
  EXPECT_FALSE(end.exit->out_of_memory);
}

TEST_P(EngineConformance, ExplainsACommandThatIsNotThere) {
  Spec job = spec("");
  job.command = {"no-such-program", "x"};
  const Status end = wait_end(start(job));
  EXPECT_EQ(end.exit->code, 127);
  EXPECT_EQ(end.exit->slug, "exit.command_not_found");
  EXPECT_THAT(end.exit->words, HasSubstr("no-such-program"));
}

TEST_P(EngineConformance, ExplainsACommandThatCannotBeExecuted) {
  Spec job = spec("");
  job.command = {"/etc/passwd"};
  const Status end = wait_end(start(job));
  EXPECT_EQ(end.exit->code, 126);
  EXPECT_EQ(end.exit->slug, "exit.not_executable");
}

TEST_P(EngineConformance, ShowsProgressThatTheJobWrites) {
  std::filesystem::create_directories(dir_ / "run");
  const std::string run = (dir_ / "run").string();
  Spec job = spec("echo '{\"done\":3}' > " + run + "/p.new && mv " + run + "/p.new " + run + "/p; sleep 0.2");
  job.mounts = {{run, run, false}};
  job.progress_path = run + "/p";
  const std::string handle = start(job);
  wait_end(handle);
  ASSERT_OK_AND(const Status status, engine_->status(handle));
  EXPECT_EQ(status.progress, "{\"done\":3}\n");
}

TEST_P(EngineConformance, RefusesABadSpec) {
  Spec key = spec("true");
  key.key = "../etc";
  EXPECT_ERROR(engine_->start(key), "engine.bad_spec");
  Spec mount = spec("true");
  mount.mounts = {{"/nonexistent/数据", "/nonexistent/数据"}};
  EXPECT_ERROR(engine_->start(mount), "engine.mount_not_found");
  Spec env = spec("true");
  env.env = {{"A=B", "1"}};
  EXPECT_ERROR(engine_->start(env), "engine.bad_spec");
}

TEST_P(EngineConformance, KnowsNothingOfAnUnknownHandle) {
  EXPECT_ERROR(engine_->status("ava-none"), "engine.job_not_found");
  EXPECT_ERROR(engine_->log("ava-none", 0, 10), "engine.job_not_found");
  EXPECT_ERROR(engine_->stop("ava-none", seconds(1)), "engine.job_not_found");
  EXPECT_OK(engine_->remove("ava-none"));
}

TEST_P(EngineConformance, RemovesARunningJobAndKeepsItsLogFile) {
  Spec job = spec("echo kept; sleep 100");
  job.log_path = (dir_ / "kept.log").string();
  const std::string handle = start(job);
  wait_log(*engine_, handle, "kept");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_OK(engine_->remove(handle));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(15));
  EXPECT_ERROR(engine_->status(handle), "engine.job_not_found");
  EXPECT_EQ(file::read(dir_ / "kept.log").value_or(""), "kept\n");
}

TEST_P(EngineConformance, BringsAnUnfinishedLastLineAndALongLine) {
  const std::string handle =
      start(spec("head -c 100000 /dev/zero | tr '\\0' x; echo; printf 'no newline at the end 完'"));
  wait_end(handle);
  EXPECT_EQ(read_all(*engine_, handle, 30'000), std::string(100'000, 'x') + "\nno newline at the end 完");
}

TEST_P(EngineConformance, EndsWhatTheJobLeftRunning) {
  std::filesystem::create_directories(dir_ / "run");
  const std::string run = (dir_ / "run").string();
  Spec job = spec("(sleep 1; echo late > " + run + "/late) & exit 0");
  job.mounts = {{run, run, false}};
  wait_end(start(job));
  std::this_thread::sleep_for(milliseconds(1300));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "run" / "late"));
}

INSTANTIATE_TEST_SUITE_P(Drivers, EngineConformance, ::testing::Values("process", "container"),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace ava::engine
