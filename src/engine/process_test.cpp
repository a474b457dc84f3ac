// What only the process driver promises: its supervisor, and what a kill -9 at any point leaves behind.
#include "engine/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "base/file.hpp"
#include "base/testing.hpp"
#include "engine/supervisor.hpp"

namespace ava::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class ProcessEngineTest : public ::testing::Test {
 protected:
  ProcessEngineTest() : engine_(make()) {}
  ~ProcessEngineTest() override { EXPECT_OK(engine_->remove("job")); }
  std::unique_ptr<Engine> make() { return engine::make("process", {.state_dir = (dir_ / "state").string()}).value(); }
  static Spec spec(const std::string& script) { return {.key = "job", .command = {"sh", "-c", script}}; }
  Status wait_for(const std::function<bool(const Status&)>& until) {
    Status last;
    for (int i = 0; i < 1000; ++i, std::this_thread::sleep_for(milliseconds(10))) {
      auto status = engine_->status("job");
      if (status.ok()) last = *status;
      if (status.ok() && until(last)) return last;
    }
    ADD_FAILURE() << "waited 10 s in vain";
    return last;
  }
  Status wait_end() {
    return wait_for([](const Status& s) { return s.exit.has_value(); });
  }
  std::string state(const std::string& name) { return (dir_ / "state" / "job" / name).string(); }
  pid_t parent_of(pid_t pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/status");
    std::string word;
    pid_t parent = 0;
    while (in >> word)
      if (word == "PPid:") in >> parent;
    return parent;
  }

  ava::testing::TempDir dir_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(ProcessEngineTest, AJobOutlivesTheServerThatWasKilledRightAfterTheStart) {
  const pid_t server = ::fork();
  if (server == 0) {
    const auto started = make()->start(spec("echo once; sleep 0.3; exit 7"));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(server, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_OK_AND(const std::string handle, engine_->start(spec("echo once; sleep 0.3; exit 7")));
  EXPECT_EQ(handle, "job");
  EXPECT_EQ(wait_end().exit->code, 7);
  EXPECT_EQ(engine_->log("job", 0, 100)->text, "once\n");
}

TEST_F(ProcessEngineTest, AServerKilledDuringTheStartLeavesOneJobOrNone) {
  for (int delay_us = 0; delay_us < 6000; delay_us += 500) {
    const std::string count = (dir_ / "count").string();
    const pid_t server = ::fork();
    if (server == 0) {
      const auto started = make()->start(spec("echo x >> " + count + "; sleep 0.05"));
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(delay_us));
    ::kill(server, SIGKILL);
    ::waitpid(server, nullptr, 0);
    ASSERT_OK(engine_->start(spec("echo x >> " + count + "; sleep 0.05")));
    EXPECT_EQ(wait_end().exit->slug, "exit.ok");
    EXPECT_EQ(file::read(count).value_or(""), "x\n") << "after " << delay_us << " us";
    ASSERT_OK(engine_->remove("job"));
    std::filesystem::remove(count);
  }
}

TEST_F(ProcessEngineTest, WithoutItsSupervisorAJobRunsOnAndItsEndIsLost) {
  ASSERT_OK(engine_->start(spec("sleep 0.6")));
  const auto process = read_process_record(state("process"));
  ASSERT_TRUE(process);
  ASSERT_EQ(::kill(parent_of(process->pid), SIGKILL), 0);
  EXPECT_EQ(engine_->status("job")->state, State::kRunning);
  EXPECT_EQ(wait_for([](const Status& s) { return s.state != State::kRunning; }).state, State::kLost);
  ASSERT_OK(engine_->start(spec("sleep 0.6")));
  EXPECT_EQ(engine_->status("job")->state, State::kLost) << "a key starts once";
}

TEST_F(ProcessEngineTest, StopsAJobWithoutItsSupervisor) {
  ASSERT_OK(engine_->start(spec("sleep 100")));
  const auto process = read_process_record(state("process"));
  ASSERT_TRUE(process);
  ::kill(parent_of(process->pid), SIGKILL);
  EXPECT_OK(engine_->stop("job", seconds(5)));
  EXPECT_EQ(wait_end().exit->slug, "exit.stopped");
}

TEST_F(ProcessEngineTest, StopsTheWholeGroup) {
  ASSERT_OK(engine_->start(spec("sleep 300 & echo $!; wait")));
  std::string child;
  for (int i = 0; i < 200 && child.empty(); ++i, std::this_thread::sleep_for(milliseconds(10)))
    child = engine_->log("job", 0, 100)->text;
  EXPECT_OK(engine_->stop("job", seconds(5)));
  wait_end();
  std::this_thread::sleep_for(milliseconds(100));
  std::ifstream stat("/proc/" + std::to_string(std::atoi(child.c_str())) + "/stat");
  std::string pid, name, letter;
  stat >> pid >> name >> letter;
  EXPECT_TRUE(letter.empty() || letter == "Z") << letter;
}

TEST_F(ProcessEngineTest, LimitsMemorySoThatAnAllocationFails) {
  Spec job = spec("");
  job.command = {"/usr/bin/python3", "-c", "b = bytearray(300 << 20)"};
  job.memory_bytes = 128u << 20;
  ASSERT_OK(engine_->start(job));
  EXPECT_EQ(wait_end().exit->code, 1);
  EXPECT_THAT(engine_->log("job", 0, 4096)->text, HasSubstr("MemoryError"));
}

TEST_F(ProcessEngineTest, HasNoDescriptorOfTheServer) {
  const int secret = ::open("/dev/zero", O_RDONLY);  // not close-on-exec
  ASSERT_OK(engine_->start(spec("ls /proc/self/fd | wc -l; ls -l /proc/$PPID/fd | grep -c zero")));
  ::close(secret);
  wait_end();
  EXPECT_EQ(engine_->log("job", 0, 100)->text, "4\n0\n") << "stdin, stdout, stderr and the folder ls reads";
}

TEST_F(ProcessEngineTest, FindsACommandInThePathOfTheJob) {
  std::ofstream(dir_ / "own-tool") << "#!/bin/sh\necho found $1\n";
  std::filesystem::permissions(dir_ / "own-tool", std::filesystem::perms::owner_all);
  Spec job = spec("");
  job.command = {"own-tool", "it"};
  job.env = {{"PATH", dir_.path().string() + ":/usr/bin:/bin"}};
  ASSERT_OK(engine_->start(job));
  wait_end();
  EXPECT_EQ(engine_->log("job", 0, 100)->text, "found it\n");
}

TEST_F(ProcessEngineTest, RefusesWhatAProcessCannotHave) {
  Spec mount = spec("true");
  mount.mounts = {{dir_.path().string(), "/workspace"}};
  EXPECT_ERROR(engine_->start(mount), "engine.bad_spec");
  Spec dir = spec("true");
  dir.working_dir = "/nonexistent/folder";
  EXPECT_ERROR(engine_->start(dir), "engine.bad_spec");
  Spec none = spec("true");
  none.command.clear();
  EXPECT_ERROR(engine_->start(none), "engine.bad_spec");
}

}  // namespace
}  // namespace ava::engine
