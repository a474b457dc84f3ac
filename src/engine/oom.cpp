#include "engine/oom.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <fstream>
#include <sstream>

namespace ava::engine {
namespace {

constexpr auto kSampleEvery = std::chrono::milliseconds(20);

std::string read_proc(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::uint64_t to_number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool has_option(std::string_view options, std::string_view wanted) {
  std::size_t at = 0;
  while (at <= options.size()) {
    const std::size_t comma = std::min(options.find(',', at), options.size());
    if (options.substr(at, comma - at) == wanted) return true;
    at = comma + 1;
  }
  return false;
}

/// Mount point of the v1 memory controller, or of cgroup v2.
std::string mount_point(std::string_view mounts, bool v1) {
  std::istringstream lines{std::string(mounts)};
  std::string device, where, type, options, rest;
  while (lines >> device >> where >> type >> options && std::getline(lines, rest)) {
    if (v1 ? type == "cgroup" && has_option(options, "memory") : type == "cgroup2") return where;
  }
  return {};
}

/// A counter file kept open: its content is made anew at each read, and ENODEV says that the cgroup is gone.
class CounterFile {
 public:
  explicit CounterFile(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~CounterFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  CounterFile(const CounterFile&) = delete;
  CounterFile& operator=(const CounterFile&) = delete;
  bool open() const { return fd_ >= 0; }
  std::optional<std::string> read() const {
    std::array<char, 1024> text{};
    const ssize_t got = ::pread(fd_, text.data(), text.size(), 0);
    if (got < 0) return std::nullopt;
    return std::string(text.data(), static_cast<std::size_t>(got));
  }

 private:
  int fd_;
};

std::unique_ptr<CounterFile> open_first(const std::string& folder, const char* v2, const char* v1) {
  auto file = std::make_unique<CounterFile>(folder + "/" + v2);
  if (!file->open()) file = std::make_unique<CounterFile>(folder + "/" + v1);
  return file;
}

}  // namespace

std::uint64_t parse_oom_kills(std::string_view text) {
  constexpr std::string_view kName = "oom_kill ";
  for (std::size_t at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at + 1))
    if (at == 0 || text[at - 1] == '\n') return to_number(text.substr(at + kName.size()));
  return 0;
}

std::string memory_cgroup_folder(std::string_view proc_cgroup, std::string_view mounts) {
  std::istringstream lines{std::string(proc_cgroup)};
  std::string line, unified;
  while (std::getline(lines, line)) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string path = line.substr(second + 1);
    if (has_option(std::string_view(line).substr(first + 1, second - first - 1), "memory")) {
      const std::string root = mount_point(mounts, true);
      return root.empty() || path == "/" ? "" : root + path;
    }
    if (line.rfind("0::", 0) == 0) unified = path;
  }
  const std::string root = mount_point(mounts, false);
  return unified.empty() || unified == "/" || root.empty() ? "" : root + unified;
}

std::string own_cgroup_folder(std::string_view folder, std::string_view container_id) {
  const std::size_t at = container_id.empty() ? std::string_view::npos : folder.find(container_id);
  return at == std::string_view::npos ? "" : std::string(folder.substr(0, folder.find('/', at)));
}

OutOfMemory judge_kernel_line(std::string_view line, std::string_view container_id) {
  if (line.find("oom-kill:") == std::string_view::npos || container_id.empty()) return OutOfMemory::kNo;
  const auto names = [&](std::string_view field) {
    const std::size_t at = line.find(field);
    if (at == std::string_view::npos) return false;
    const std::size_t from = at + field.size();
    return line.substr(from, line.find(',', from) - from).find(container_id) != std::string_view::npos;
  };
  if (names("oom_memcg=")) return OutOfMemory::kLimit;
  return names("task_memcg=") ? OutOfMemory::kMachine : OutOfMemory::kNo;
}

KernelLogVerdict search_kernel_log(const std::string& container_id) {
  constexpr int kMostRecords = 200'000;
  const int fd = ::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return {};
  KernelLogVerdict verdict{.memory = OutOfMemory::kNo, .readable = true};
  std::array<char, 8192> record{};
  for (int i = 0; i < kMostRecords; ++i) {
    const ssize_t got = ::read(fd, record.data(), record.size());
    if (got < 0 && errno == EPIPE) continue;  // overwritten while reading: go on with the oldest that is left
    if (got <= 0) break;
    const auto memory = judge_kernel_line({record.data(), static_cast<std::size_t>(got)}, container_id);
    if (memory != OutOfMemory::kNo) verdict.memory = memory;
  }
  ::close(fd);
  return verdict;
}

struct MemoryWatch::Watched {
  std::unique_ptr<CounterFile> events, peak;
  MemoryCounters counters;

  void sample() {
    const auto text = events->read();
    if (!text) {
      events.reset();
      peak.reset();
      return;
    }
    counters.oom_kills = std::max(counters.oom_kills, parse_oom_kills(*text));
    if (!peak->open()) return;
    if (const auto high = peak->read()) counters.peak_bytes = std::max(counters.peak_bytes, to_number(*high));
  }
};

MemoryWatch::MemoryWatch() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

MemoryWatch::~MemoryWatch() {
  thread_.request_stop();
  thread_.join();
}

void MemoryWatch::add(const std::string& handle, int pid, const std::string& container_id) {
  if (pid <= 0 || last(handle)) return;
  const std::string folder =
      memory_cgroup_folder(read_proc("/proc/" + std::to_string(pid) + "/cgroup"), read_proc("/proc/self/mounts"));
  const std::string own = own_cgroup_folder(folder, container_id);
  if (!own.empty()) add_folder(handle, own);
}

void MemoryWatch::add_folder(const std::string& handle, const std::string& folder) {
  auto watched = std::make_unique<Watched>();
  watched->events = open_first(folder, "memory.events", "memory.oom_control");
  watched->peak = open_first(folder, "memory.peak", "memory.max_usage_in_bytes");
  if (!watched->events->open()) return;
  watched->sample();
  const std::lock_guard lock(mutex_);
  watched_.emplace(handle, std::move(watched));
  changed_.notify_all();
}

std::optional<MemoryCounters> MemoryWatch::last(const std::string& handle) {
  const std::lock_guard lock(mutex_);
  const auto found = watched_.find(handle);
  if (found == watched_.end()) return std::nullopt;
  if (found->second->events) found->second->sample();
  return found->second->counters;
}

void MemoryWatch::forget(const std::string& handle) {
  const std::lock_guard lock(mutex_);
  watched_.erase(handle);
}

void MemoryWatch::sample_all() {
  alive_ = 0;
  for (auto& [handle, watched] : watched_) {
    if (watched->events) watched->sample();
    if (watched->events) ++alive_;
  }
}

void MemoryWatch::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    sample_all();
    if (alive_ == 0)
      changed_.wait(lock, stop, [this] {
        for (const auto& [handle, watched] : watched_)
          if (watched->events) return true;
        return false;
      });
    else
      changed_.wait_for(lock, stop, kSampleEvery, [] { return false; });
  }
}

}  // namespace ava::engine
