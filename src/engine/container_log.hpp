// Brings a container's log into our own file: one thread per running container follows the engine's stream. After a
// restart it reads from the beginning and skips what the file already has, so nothing is lost and nothing twice.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.hpp"
#include "engine/docker_api.hpp"
#include "engine/job_folder.hpp"
#include "engine/log_file.hpp"

namespace ava::engine {

/// Takes the 8-byte frame headers (stream, 3 zeros, big-endian length) out of a log stream. Thread: not thread-safe.
class LogFrames {
 public:
  /// The payload in `bytes`, whatever way frames are cut across calls.
  std::string unwrap(std::string_view bytes);

 private:
  std::string header_;
  std::uint64_t left_ = 0;
};

/// Followers of all running containers of one engine. Thread: any.
class LogFollowers {
 public:
  explicit LogFollowers(DockerApi& api);
  ~LogFollowers();
  LogFollowers(const LogFollowers&) = delete;
  LogFollowers& operator=(const LogFollowers&) = delete;
  /// Follow this container, unless someone does or its log is complete.
  void ensure(const std::string& handle, const JobFolder& folder, const std::string& log_path);
  /// Say that this container has ended. A live stream that does not end by itself soon after (Podman may miss the end
  /// of a very short container) is cut, and the rest is read from the engine's file.
  void note_end(const std::string& handle);
  /// Wait until the log of an ended container is complete. False after the deadline.
  bool wait_complete(const std::string& handle, const JobFolder& folder, std::chrono::milliseconds deadline);
  /// End the follower, if there is one.
  void forget(const std::string& handle);

 private:
  struct Follower;
  void follow(const std::stop_token& stop, Follower& self);
  Result<bool> copy_to_end(const std::stop_token& stop, Follower& self, LogWriter& log);
  Result<void> copy(const std::stop_token& stop, const std::string& handle, LogWriter& log, bool live);
  bool pause(const std::stop_token& stop, std::chrono::milliseconds time);

  DockerApi& api_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, std::unique_ptr<Follower>> followers_;
};

}  // namespace ava::engine
