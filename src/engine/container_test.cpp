// What only containers promise: images, limits of the kernel, no network, read-only mounts; needs an engine with the
// image localhost/ava/base:bookworm.
#include "engine/container.hpp"

#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

#include "base/file.hpp"
#include "base/id.hpp"
#include "base/testing.hpp"
#include "engine/container_json.hpp"
#include "engine/docker_api.hpp"
#include "engine/job_folder.hpp"
#include "engine/testing.hpp"
#include "http/raw_testing.hpp"

namespace ava::engine {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint64_t kMiB = 1u << 20;

class ContainerEngineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    restart();
    const auto info = engine_->probe();
    ASSERT_OK(info);
    if (!info->available) GTEST_SKIP() << "no engine: " << info->detail;
    warning_ = info->warning;
    if (const std::string why = missing_image(*engine_); !why.empty()) GTEST_SKIP() << why;
  }
  void TearDown() override {
    for (const std::string& handle : handles_) EXPECT_OK(engine_->remove(handle));
  }
  void restart() {
    engine_.reset();
    auto made = make("container", {.state_dir = (dir_ / "state").string(), .owner = "ava-test"});
    ASSERT_OK(made);
    engine_ = *std::move(made);
  }
  Spec spec(std::vector<std::string> command) {
    return {.key = "jb_test-" + random_hex(8), .name = "容器", .image = kTestImage, .command = std::move(command)};
  }
  std::string start(const Spec& spec) {
    auto handle = engine_->start(spec);
    EXPECT_OK(handle);
    if (!handle.ok()) return {};
    handles_.push_back(*handle);
    return *handle;
  }
  Status wait_end(const std::string& handle) {
    for (int i = 0; i < 1500; ++i) {
      auto status = engine_->status(handle);
      EXPECT_OK(status);
      if (!status.ok()) return {};
      if (status->exit) return *status;
      std::this_thread::sleep_for(milliseconds(20));
    }
    ADD_FAILURE() << "waited 30 s in vain";
    return {};
  }
  std::string output(const std::string& handle) {
    for (int i = 0; i < 500; ++i) {
      auto chunk = engine_->log(handle, 0, kMiB);
      EXPECT_OK(chunk);
      if (!chunk.ok() || chunk->end) return chunk.ok() ? chunk->text : "";
      std::this_thread::sleep_for(milliseconds(20));
    }
    ADD_FAILURE() << "the log does not end";
    return {};
  }
  std::string run(const Spec& job) {
    const std::string handle = start(job);
    wait_end(handle);
    return output(handle);
  }

  ava::testing::TempDir dir_;
  std::unique_ptr<Engine> engine_;
  std::vector<std::string> handles_;
  std::string warning_;  ///< what the engine ignores
};

TEST_F(ContainerEngineTest, SaysThatMemoryRanOut) {
  if (!warning_.empty()) GTEST_SKIP() << warning_;
  Spec job = spec({"python3", "-c", "b = bytearray(300 << 20)"});
  job.memory_bytes = 64 * kMiB;
  const Status end = wait_end(start(job));
  EXPECT_EQ(end.exit->code, 137);
  EXPECT_TRUE(end.exit->out_of_memory);
  EXPECT_EQ(end.exit->slug, "exit.out_of_memory");
  EXPECT_EQ(end.exit->words, "out of memory: it used more than its limit of 64 MiB (raise Memory)");
}

TEST_F(ContainerEngineTest, SaysThatMemoryRanOutInAChildProcess) {
  if (!warning_.empty()) GTEST_SKIP() << warning_;
  Spec job = spec({"sh", "-c", "python3 -c 'b = bytearray(300 << 20)'; sleep 0.2; exit 4"});
  job.memory_bytes = 64 * kMiB;
  const Status end = wait_end(start(job));
  EXPECT_EQ(end.exit->code, 4);
  EXPECT_TRUE(end.exit->out_of_memory);
  EXPECT_THAT(end.exit->words, HasSubstr("it then ended with exit code 4"));
}

TEST_F(ContainerEngineTest, SaysThatMemoryRanOutWhileNobodyWatched) {
  if (!warning_.empty()) GTEST_SKIP() << warning_;
  if (::access("/dev/kmsg", R_OK) != 0) GTEST_SKIP() << "the kernel's log may not be read";
  Spec job = spec({"sh", "-c", "sleep 1; exec python3 -c 'b = bytearray(300 << 20)'"});
  job.memory_bytes = 64 * kMiB;
  const std::string handle = start(job);
  engine_.reset();
  std::this_thread::sleep_for(milliseconds(2500));
  restart();
  EXPECT_TRUE(wait_end(handle).exit->out_of_memory);
}

TEST_F(ContainerEngineTest, AKillFromOutsideIsNoMemoryFailure) {
  Spec job = spec({"sleep", "100"});
  job.memory_bytes = 64 * kMiB;
  const std::string handle = start(job);
  DockerApi api("");
  ASSERT_OK(api.call("POST", "/containers/" + handle + "/kill?signal=KILL"));
  const Status end = wait_end(handle);
  EXPECT_EQ(end.exit->slug, "exit.killed");
  EXPECT_FALSE(end.exit->out_of_memory);
}

TEST_F(ContainerEngineTest, LimitsCpuMemoryAndProcesses) {
  if (!warning_.empty()) GTEST_SKIP() << warning_;
  Spec job =
      spec({"sh", "-c",
            "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes "
            "cpu/cpu.cfs_quota_us pids/pids.max memory.max cpu.max pids.max 2>/dev/null; grep Cap /proc/1/status"});
  job.cpu_cores = 0.5;
  job.memory_bytes = 64 * kMiB;
  job.pids_limit = 77;
  const std::string text = run(job);
  EXPECT_THAT(text, HasSubstr("67108864\n"));
  EXPECT_THAT(text, HasSubstr("50000"));
  EXPECT_THAT(text, HasSubstr("77\n"));
  EXPECT_THAT(text, HasSubstr("CapBnd:\t0000000000000000"));
}

TEST_F(ContainerEngineTest, ShowsMountsAtTheirTargetsAndKeepsReadOnlyOnes) {
  const std::string data = (dir_ / "数据, 一").string();
  const std::string params = (dir_ / "a:b").string();
  const std::string run_dir = (dir_ / "run").string();
  for (const std::string& path : {data, params, run_dir}) std::filesystem::create_directories(path);
  std::ofstream(data + "/f") << "中文\n";
  std::ofstream(params + "/p") << "params\n";
  Spec job = spec({"sh", "-c", "cat /data/f /params/p; touch /data/x 2>&1 || echo refused; echo out > r"});
  job.mounts = {{data, "/data", true}, {params, "/params", true}, {run_dir, "/workspace/run", false}};
  job.working_dir = "/workspace/run";
  const std::string text = run(job);
  EXPECT_THAT(text, HasSubstr("中文\nparams\n"));
  EXPECT_THAT(text, HasSubstr("refused\n"));
  EXPECT_EQ(file::read(run_dir + "/r").value_or(""), "out\n");
  std::filesystem::create_directories(dir_ / "a:b,c");
  job.mounts = {{(dir_ / "a:b,c").string(), "/x", true}};
  EXPECT_ERROR(engine_->start(job), "engine.bad_spec");
}

TEST_F(ContainerEngineTest, HasNoNetworkUnlessAsked) {
  EXPECT_THAT(run(spec({"cat", "/proc/net/dev"})), Not(HasSubstr("eth0")));
}

TEST_F(ContainerEngineTest, NamesImagesThatAreNearAMissingOne) {
  Spec job = spec({"true"});
  job.image = "localhost/ava/bose:bookworm";
  const auto refused = engine_->start(job);
  EXPECT_ERROR(refused, "engine.image_not_found");
  EXPECT_THAT(refused.error().hint(), HasSubstr(kTestImage));
}

TEST_F(ContainerEngineTest, FindsAnImageByItsShortName) {
  Spec job = spec({"echo", "ok"});
  job.image = "ava/base:bookworm";
  EXPECT_EQ(run(job), "ok\n");
}

TEST_F(ContainerEngineTest, StartsAContainerThatWasOnlyCreated) {
  const Spec job = spec({"echo", "late"});
  DockerApi api("");
  const std::string body = create_body(job, {.image = kTestImage, .owner = "ava-test", .podman = true});
  ASSERT_OK_AND(const ApiReply made, api.call("POST", "/containers/create?name=ava-" + job.key, body));
  ASSERT_TRUE(made.ok()) << made.body;
  EXPECT_EQ(run(job), "late\n");
}

TEST_F(ContainerEngineTest, LeavesTheContainersOfOthersAlone) {
  const Spec job = spec({"sleep", "100"});
  DockerApi api("");
  const std::string body = create_body(job, {.image = kTestImage, .owner = "someone-else", .podman = true});
  ASSERT_OK_AND(const ApiReply made, api.call("POST", "/containers/create?name=ava-" + job.key, body));
  EXPECT_ERROR(engine_->start(job), "engine.name_taken");
  EXPECT_OK(engine_->remove("ava-" + job.key));
  ASSERT_OK_AND(const ApiReply there, api.call("DELETE", "/containers/ava-" + job.key + "?force=1"));
  EXPECT_TRUE(there.ok()) << "it must still have been there";
}

TEST_F(ContainerEngineTest, AContainerRemovedFromOutsideIsLost) {
  const std::string handle = start(spec({"sleep", "100"}));
  DockerApi api("");
  ASSERT_OK(api.call("POST", "/containers/" + handle + "/kill?signal=KILL"));
  ASSERT_OK(api.call("DELETE", "/containers/" + handle + "?force=1"));
  ASSERT_OK_AND(const Status status, engine_->status(handle));
  EXPECT_EQ(status.state, State::kLost);
  EXPECT_EQ(status.exit->slug, "exit.lost");
}

TEST(ContainerEngine, SaysWhereItLookedWhenThereIsNoEngine) {
  const ava::testing::TempDir dir;
  ASSERT_OK_AND(const auto engine,
                make("container", {.state_dir = dir.path().string(), .socket = (dir / "no.sock").string()}));
  ASSERT_OK_AND(const Info info, engine->probe());
  EXPECT_FALSE(info.available);
  EXPECT_THAT(info.detail, HasSubstr("no.sock"));
  EXPECT_ERROR(engine->start({.key = "k", .image = "x"}), "engine.unavailable");
}

TEST(ContainerEngine, AsksAgainWhenPodmanLosesARaceWithTheEndOfAContainer) {
  const ava::testing::TempDir dir;
  http::testing::World podman;
  int asked = 0;
  podman.options.listen = {"unix:" + (dir / "engine.sock").string()};
  podman.get("/v1.40/containers/{id}/json", [&](http::Request&) -> Result<http::Reply> {
    if (++asked < 3) return http::Reply::json_text(R"({"message":"read /proc/25626/cgroup: no such process"})", 500);
    return http::Reply::json_text(R"({"Id":"abc","State":{"Status":"exited","ExitCode":3,"Pid":0}})");
  });
  podman.serve();
  const std::string state = (dir / "state").string();
  ASSERT_OK(JobFolder(state, "ava-jb_1").save({.key = "jb_1", .image = "x"}));
  ASSERT_OK(JobFolder(state, "ava-jb_1").set(kMarkLogComplete));
  ASSERT_OK_AND(const auto engine, make("container", {.state_dir = state, .socket = (dir / "engine.sock").string()}));
  ASSERT_OK_AND(const Status status, engine->status("ava-jb_1"));
  EXPECT_EQ(status.state, State::kExited);
  EXPECT_EQ(status.exit->code, 3);
  EXPECT_EQ(asked, 3);
}

TEST(ContainerEngine, NeedsAStateFolder) {
  EXPECT_ERROR(make("container", {}), "engine.bad_options");
  EXPECT_ERROR(make("slurmy", {.state_dir = "/tmp"}), "engine.unknown");
}

TEST(ContainerAnswers, AreReadWithTheirQuirks) {
  const auto view = parse_container(
      R"({"Id":"abc","State":{"Status":"exited","ExitCode":137,"OOMKilled":true,"Pid":0,
          "StartedAt":"2026-11-23T12:05:32.272244202Z","FinishedAt":"2026-11-23T12:05:32.246926575Z"},
          "Config":{"Labels":{"ava.job":"jb_1"}}})");
  ASSERT_OK(view);
  EXPECT_TRUE(view->ended());
  EXPECT_TRUE(view->oom_killed);
  EXPECT_EQ(view->ended_ms, view->started_ms) << "Podman may say that it ended before it began";
  EXPECT_EQ(view->labels.at("ava.job"), "jb_1");
  EXPECT_EQ(parse_container(R"({"State":{"StartedAt":"0001-01-01T00:00:00Z"}})")->started_ms, 0);
  EXPECT_ERROR(parse_container("<html>"), "engine.bad_answer");
  EXPECT_ERROR(parse_images("{}"), "engine.bad_answer");
  EXPECT_ERROR(parse_facts("[]", true), "engine.bad_answer");
}

TEST(ContainerAnswers, TellWhatTheEngineIgnores) {
  const auto warning = [](const char* info, bool podman, const char* libpod) {
    const auto facts = parse_facts(info, podman, libpod);
    EXPECT_OK(facts);
    return facts.ok() ? facts->info.warning : "?";
  };
  EXPECT_EQ(warning(R"({"CgroupVersion":"1","MemoryLimit":true,"CpuCfsQuota":true,"PidsLimit":true})", false, ""), "");
  const char* const docker = R"({"CgroupVersion":"2","MemoryLimit":true,"CpuCfsQuota":false,"PidsLimit":false,
                                 "SecurityOptions":["name=rootless","name=cgroupns"]})";
  EXPECT_THAT(warning(docker, false, ""), HasSubstr("(processors, processes): the engine runs without root and its"));
  EXPECT_TRUE(parse_facts(docker, false)->rootless);
  // Podman claims every limit, and says that it is rootless in a place of its own.
  const char* const v1 = R"({"CgroupVersion":"1","MemoryLimit":true,"CpuCfsQuota":true,"PidsLimit":true,"Rootless":true,
                             "SecurityOptions":["name=seccomp,profile=default"]})";
  EXPECT_TRUE(parse_facts(v1, true)->rootless);
  EXPECT_THAT(warning(v1, true, R"({"host":{"cgroupControllers":[],"cgroupVersion":"v1"}})"),
              HasSubstr("(memory, processors, processes): the engine runs without root on cgroup v1"));
  const char* const v2 =
      R"({"CgroupVersion":"2","MemoryLimit":true,"CpuCfsQuota":true,"PidsLimit":true,"Rootless":true})";
  EXPECT_EQ(warning(v2, true, R"({"host":{"cgroupControllers":["cpu","memory","pids"],"cgroupVersion":"v2"}})"), "");
  EXPECT_THAT(warning(v2, true, R"({"host":{"cgroupControllers":["memory","pids"],"cgroupVersion":"v2"}})"),
              HasSubstr("ignored (processors): "));
  EXPECT_EQ(warning(v2, true, "<html>"), "");
}

TEST(FirstProcess, SaysThatItCannotRunTheCommand) {
  EXPECT_EQ(first_process_error("[FATAL tini (7)] exec no-such failed: No such file or directory\n"), ENOENT);
  EXPECT_EQ(first_process_error("[FATAL tini (7)] exec /etc/passwd failed: Permission denied\n"), EACCES);
  EXPECT_EQ(first_process_error("ERROR (catatonit:2): failed to exec pid1: No such file or directory\n"), ENOENT);
  EXPECT_EQ(first_process_error("sh: 1: no-such: not found\n"), 0);
  EXPECT_EQ(first_process_error("training\n[FATAL tini (7)] exec x failed: No such file or directory\n"), 0);
  EXPECT_EQ(first_process_error(""), 0);
}

}  // namespace
}  // namespace ava::engine
