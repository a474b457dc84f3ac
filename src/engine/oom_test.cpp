#include "engine/oom.hpp"

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

TEST(MemoryWatch, KnowsNothingOfAJobThatWasNotAdded) {
  MemoryWatch watch;
  EXPECT_FALSE(watch.last("ava-1").has_value());
  watch.add("ava-1", 0);
  EXPECT_FALSE(watch.last("ava-1").has_value());
  watch.forget("ava-1");
}

}  // namespace
}  // namespace ava::engine
