#include "engine/oom.hpp"

#include <filesystem>
#include <fstream>

#include "base/testing.hpp"

namespace ava::engine {
namespace {

constexpr auto kHybridMounts =
    "tmpfs /sys/fs/cgroup tmpfs rw 0 0\n"
    "cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu 0 0\n"
    "cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0\n"
    "cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0\n";

TEST(OutOfMemoryCounters, AreReadFromBothCgroupVersions) {
  EXPECT_EQ(parse_oom_kills("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"), 2u);
  EXPECT_EQ(parse_oom_kills("low 0\nhigh 0\nmax 17\noom 1\noom_kill 1\noom_group_kill 0\n"), 1u);
  EXPECT_EQ(parse_oom_kills("oom_kill_disable 1\n"), 0u);
  EXPECT_EQ(parse_oom_kills(""), 0u);
}

TEST(OutOfMemoryCounters, AreFoundInTheContainersOwnCgroup) {
  EXPECT_EQ(memory_cgroup_folder("9:name=systemd:/a\n4:memory:/libpod_parent/libpod-1\n0::/x\n", kHybridMounts),
            "/sys/fs/cgroup/memory/libpod_parent/libpod-1");
  EXPECT_EQ(memory_cgroup_folder("0::/machine.slice/libpod-1.scope\n", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n"),
            "/sys/fs/cgroup/machine.slice/libpod-1.scope");
}

TEST(OutOfMemoryCounters, OfTheWholeMachineAreNotTheContainers) {
  EXPECT_EQ(memory_cgroup_folder("4:memory:/\n0::/\n", kHybridMounts), "");
  EXPECT_EQ(memory_cgroup_folder("", kHybridMounts), "");
}

TEST(KernelLog, TellsTheLimitFromTheMachine) {
  const std::string limit =
      "4,9,1;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),oom_memcg=/p/libpod-abc1,task_memcg=/p/libpod-abc1,"
      "task=python3,pid=2772,uid=0";
  const std::string machine =
      "4,9,1;oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),global_oom,task_memcg=/docker/abc1,task=python3,pid=1";
  EXPECT_EQ(judge_kernel_line(limit, "abc1"), OutOfMemory::kLimit);
  EXPECT_EQ(judge_kernel_line(limit, "ffff"), OutOfMemory::kNo);
  EXPECT_EQ(judge_kernel_line(machine, "abc1"), OutOfMemory::kMachine);
  EXPECT_EQ(judge_kernel_line("4,9,1;eth0: link up abc1", "abc1"), OutOfMemory::kNo);
}

TEST(OutOfMemoryCounters, OfAnotherCgroupThanTheContainersOwnAreNotRead) {
  EXPECT_EQ(own_cgroup_folder("/sys/fs/cgroup/memory/docker/abc123", "abc123"), "/sys/fs/cgroup/memory/docker/abc123");
  EXPECT_EQ(own_cgroup_folder("/sys/fs/cgroup/system.slice/docker-abc123.scope", "abc123"),
            "/sys/fs/cgroup/system.slice/docker-abc123.scope");
  EXPECT_EQ(
      own_cgroup_folder("/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-abc123.scope"
                        "/container",
                        "abc123"),
      "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-abc123.scope");
  EXPECT_EQ(own_cgroup_folder("/sys/fs/cgroup/memory/user.slice", "abc123"), "") << "rootless on cgroup v1 shares one";
  EXPECT_EQ(own_cgroup_folder("/sys/fs/cgroup/memory/user.slice", ""), "");
}

void write_file(const std::filesystem::path& path, const char* text) { std::ofstream(path) << text; }

TEST(MemoryWatch, ReadsCgroupV2) {
  const ava::testing::TempDir dir;
  write_file(dir / "memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n");
  write_file(dir / "memory.peak", "4096\n");
  MemoryWatch watch;
  watch.add_folder("ava-1", dir.path().string());
  EXPECT_EQ(watch.last("ava-1")->oom_kills, 0u);
  EXPECT_EQ(watch.last("ava-1")->peak_bytes, 4096u);
  write_file(dir / "memory.events", "low 0\nhigh 0\nmax 215\noom 3\noom_kill 1\noom_group_kill 0\n");
  write_file(dir / "memory.peak", "67108864\n");
  EXPECT_EQ(watch.last("ava-1")->oom_kills, 1u);
  EXPECT_EQ(watch.last("ava-1")->peak_bytes, 67108864u);
}

TEST(MemoryWatch, ReadsCgroupV1) {
  const ava::testing::TempDir dir;
  write_file(dir / "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
  write_file(dir / "memory.max_usage_in_bytes", "67108864\n");
  MemoryWatch watch;
  watch.add_folder("ava-1", dir.path().string());
  EXPECT_EQ(watch.last("ava-1")->oom_kills, 2u);
  EXPECT_EQ(watch.last("ava-1")->peak_bytes, 67108864u);
}

TEST(MemoryWatch, DoesWithoutThePeakThatKernelsBefore5_19DoNotKeep) {
  const ava::testing::TempDir dir;
  write_file(dir / "memory.events", "oom 1\noom_kill 1\n");
  MemoryWatch watch;
  watch.add_folder("ava-1", dir.path().string());
  EXPECT_EQ(watch.last("ava-1")->oom_kills, 1u);
  EXPECT_EQ(watch.last("ava-1")->peak_bytes, 0u);
  watch.add_folder("ava-2", (dir / "gone").string());
  EXPECT_FALSE(watch.last("ava-2").has_value());
}

TEST(MemoryWatch, KnowsNothingOfAJobThatWasNotAdded) {
  MemoryWatch watch;
  EXPECT_FALSE(watch.last("ava-1").has_value());
  watch.add("ava-1", 0, "abc");
  EXPECT_FALSE(watch.last("ava-1").has_value());
  watch.forget("ava-1");
}

}  // namespace
}  // namespace ava::engine
