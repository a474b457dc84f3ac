// Who ran out of memory: the kernel's own counters of a container's cgroup, read while it lives, because Podman's
// OOMKilled is always false and the cgroup is gone soon after the end. Knows cgroup v1, v2 and hybrid machines.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.hpp"
#include "engine/exit_words.hpp"

namespace ava::engine {

/// Counters of one memory cgroup. Units: bytes. `peak_bytes` is 0 where the kernel keeps no such mark.
struct MemoryCounters {
  std::uint64_t oom_kills = 0;
  std::uint64_t peak_bytes = 0;
};

/// Read "oom_kill N" from the text of memory.events (v2) or memory.oom_control (v1).
std::uint64_t parse_oom_kills(std::string_view text);
/// Folder of the memory controller for a process, from the text of /proc/<pid>/cgroup and of /proc/self/mounts.
/// Empty when there is none.
std::string memory_cgroup_folder(std::string_view proc_cgroup, std::string_view mounts);
/// The part of `folder` up to the container's own cgroup, which Podman and Docker name by its id (".../libpod-ID",
/// "/docker/ID", "docker-ID.scope"): processes may sit in one below it. Empty when there is none.
std::string own_cgroup_folder(std::string_view folder, std::string_view container_id);
/// What the kernel's log says about the container with this id; kNo also when the log may not be read: `readable`.
struct KernelLogVerdict {
  OutOfMemory memory = OutOfMemory::kNo;
  bool readable = false;
};
KernelLogVerdict search_kernel_log(const std::string& container_id);
/// The same for one line of that log.
OutOfMemory judge_kernel_line(std::string_view line, std::string_view container_id);

/// Samples the counters of every watched job 50 times a second, and remembers the last values when the cgroup is gone.
/// Thread: any. Cost: two small reads per job and sample.
class MemoryWatch {
 public:
  MemoryWatch();
  ~MemoryWatch();
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;
  /// Watch the cgroup that process `pid` of this container is in. Known jobs are left out, and so are containers
  /// without a cgroup of their own (rootless on cgroup v1): its counters would be those of strangers.
  void add(const std::string& handle, int pid, const std::string& container_id);
  /// Watch the counters in this folder of a cgroup file system.
  void add_folder(const std::string& handle, const std::string& folder);
  std::optional<MemoryCounters> last(const std::string& handle);
  void forget(const std::string& handle);

 private:
  struct Watched;
  void run(const std::stop_token& stop);
  void sample_all();
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, std::unique_ptr<Watched>> watched_;
  std::size_t alive_ = 0;
  std::jthread thread_;
};

}  // namespace ava::engine
