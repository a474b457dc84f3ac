#include "engine/container_log.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <vector>

#include "base/log.hpp"
#include "engine/container_json.hpp"

namespace ava::engine {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kCutAfter{1500};

std::string LogFrames::unwrap(std::string_view bytes) {
  constexpr std::size_t kHeader = 8;
  std::string out;
  while (!bytes.empty()) {
    if (left_ == 0) {
      const std::size_t part = std::min(kHeader - header_.size(), bytes.size());
      header_.append(bytes.substr(0, part));
      bytes.remove_prefix(part);
      if (header_.size() < kHeader) break;
      for (std::size_t i = 4; i < kHeader; ++i) left_ = left_ << 8 | static_cast<unsigned char>(header_[i]);
      header_.clear();
      continue;
    }
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    out.append(bytes.substr(0, part));
    bytes.remove_prefix(part);
    left_ -= part;
  }
  return out;
}

struct LogFollowers::Follower {
  const std::string handle;
  const JobFolder folder;
  const std::string log_path;
  std::stop_source live;  ///< ends the live stream only
  std::optional<Clock::time_point> ended;
  std::atomic<bool> done = false;
  std::jthread thread;  ///< last: it uses the others
};

LogFollowers::LogFollowers(DockerApi& api) : api_(api) {}

LogFollowers::~LogFollowers() {
  std::map<std::string, std::unique_ptr<Follower>> last;
  {
    const std::lock_guard lock(mutex_);
    last.swap(followers_);
    for (auto& [handle, follower] : last) follower->thread.request_stop();
  }
  last.clear();  // joins
}

void LogFollowers::ensure(const std::string& handle, const JobFolder& folder, const std::string& log_path) {
  if (folder.has(kMarkLogComplete)) return;
  std::unique_ptr<Follower> old;
  const std::lock_guard lock(mutex_);
  auto& slot = followers_[handle];
  if (slot && !slot->done) return;
  old = std::move(slot);
  slot.reset(new Follower{.handle = handle, .folder = folder, .log_path = log_path});
  slot->thread = std::jthread([this, self = slot.get()](const std::stop_token& stop) {
    follow(stop, *self);
    self->done = true;
    changed_.notify_all();
  });
}

void LogFollowers::note_end(const std::string& handle) {
  const std::lock_guard lock(mutex_);
  const auto found = followers_.find(handle);
  if (found == followers_.end() || found->second->done) return;
  Follower& follower = *found->second;
  if (!follower.ended) follower.ended = Clock::now();
  if (Clock::now() - *follower.ended >= kCutAfter) follower.live.request_stop();
}

bool LogFollowers::wait_complete(const std::string& handle, const JobFolder& folder,
                                 std::chrono::milliseconds deadline) {
  constexpr std::chrono::milliseconds kStep{200};
  for (const auto until = Clock::now() + deadline; Clock::now() < until;) {
    note_end(handle);
    std::unique_lock lock(mutex_);
    const auto found = followers_.find(handle);
    if (folder.has(kMarkLogComplete) || found == followers_.end() || found->second->done) break;
    changed_.wait_for(lock, kStep);
  }
  return folder.has(kMarkLogComplete);
}

void LogFollowers::forget(const std::string& handle) {
  std::unique_ptr<Follower> old;
  {
    const std::lock_guard lock(mutex_);
    const auto found = followers_.find(handle);
    if (found == followers_.end()) return;
    old = std::move(found->second);
    followers_.erase(found);
  }
}  // joins outside the lock

bool LogFollowers::pause(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex own;
  std::condition_variable_any never;
  std::unique_lock lock(own);
  never.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

void LogFollowers::follow(const std::stop_token& stop, Follower& self) {
  using std::chrono::milliseconds;
  constexpr milliseconds kFirst{100};
  constexpr milliseconds kLongest{3000};
  const std::stop_callback both(stop, [&self] { self.live.request_stop(); });
  milliseconds wait = kFirst;
  bool told = false;
  while (!stop.stop_requested()) {
    auto log = LogWriter::open(self.log_path);
    const std::uint64_t before = log.ok() ? log->size() : 0;
    const auto ended = log.ok() ? copy_to_end(stop, self, *log) : Result<bool>(log.error());
    if (ended.ok() && *ended) {
      if (const auto marked = self.folder.set(kMarkLogComplete); !marked.ok())
        log::warn("engine", "{}: {}", self.handle, marked.error().text());
      return;
    }
    // Another program may follow it, until it ends or is done.
    if (self.folder.has(kMarkLogComplete)) return;
    if (!ended.ok() && !told && ended.error().slug() != "engine.log_busy" && !stop.stop_requested()) {
      log::warn("engine", "log of {} is behind, trying again: {}", self.handle, ended.error().text());
      told = true;
    }
    wait = log.ok() && log->size() > before ? kFirst : std::min(wait * 2, kLongest);
    if (!pause(stop, wait)) return;
  }
}

/// True when the container has ended (or is gone) and the file has all of its log.
Result<bool> LogFollowers::copy_to_end(const std::stop_token& stop, Follower& self, LogWriter& log) {
  const auto live = copy(self.live.get_token(), self.handle, log, true);
  if (!live.ok() && (live.error().code() != ErrorCode::kCancelled || stop.stop_requested())) return live.error();
  AVA_TRY(const ApiReply reply, api_.call("GET", "/containers/" + self.handle + "/json"));
  if (reply.status == 404) return true;
  if (!reply.ok()) return Error(ErrorCode::kUnavailable, "engine.bad_answer", reply.message());
  AVA_TRY(const ContainerView view, parse_container(reply.body));
  if (!view.ended() && !view.dead()) return false;
  AVA_CHECK(copy(stop, self.handle, log, false));  // a live stream may end before the last lines were written
  return true;
}

Result<void> LogFollowers::copy(const std::stop_token& stop, const std::string& handle, LogWriter& log, bool live) {
  LogFrames frames;
  std::uint64_t skip = log.size();
  const DockerApi::Sink sink = [&](std::string_view bytes) -> Result<void> {
    const std::string text = frames.unwrap(bytes);
    const auto known = static_cast<std::size_t>(std::min<std::uint64_t>(skip, text.size()));
    skip -= known;
    return log.append(std::string_view(text).substr(known));
  };
  const std::string path = "/containers/" + handle + "/logs?stdout=1&stderr=1" + (live ? "&follow=1" : "");
  AVA_TRY(const ApiReply reply, api_.stream(path, sink, stop));
  if (!reply.ok() && reply.status != 404) return Error(ErrorCode::kUnavailable, "engine.bad_answer", reply.message());
  return {};
}

}  // namespace ava::engine
