#include "user/attempts.hpp"

#include <algorithm>

namespace ava::user {

namespace {
std::string key_of(char kind, std::string_view a, std::string_view b = {}) {
  return std::string(1, kind) + std::string(a) + '\n' + std::string(b);
}
}  // namespace

bool Attempts::over(const std::string& key, int limit, TimeMs now, TimeMs& wait_ms) const {
  const auto found = counts_.find(key);
  if (found == counts_.end() || found->second.failures < limit) return false;
  const TimeMs left = found->second.since_ms + limits_.window_ms - now;
  if (left <= 0) return false;
  wait_ms = std::max(wait_ms, left);
  return true;
}

Result<void> Attempts::check(std::string_view name_key, std::string_view peer) {
  const std::lock_guard lock(mutex_);
  const TimeMs now = clock_.now_ms();
  TimeMs wait_ms = 0;
  over(key_of('b', name_key, peer), limits_.per_pair, now, wait_ms);
  over(key_of('n', name_key), limits_.per_name, now, wait_ms);
  over(key_of('p', peer), limits_.per_peer, now, wait_ms);
  if (wait_ms == 0) return {};
  return Error(ErrorCode::kResourceExhausted, "user.too_many_attempts", "too many failed logins")
      .detail("retry_after_seconds", std::to_string((wait_ms + 999) / 1000));
}

void Attempts::failed(std::string_view name_key, std::string_view peer) {
  const std::lock_guard lock(mutex_);
  const TimeMs now = clock_.now_ms();
  add(key_of('b', name_key, peer), now);
  add(key_of('n', name_key), now);
  add(key_of('p', peer), now);
}

void Attempts::succeeded(std::string_view name_key, std::string_view peer) {
  const std::lock_guard lock(mutex_);
  // The name's and the peer's counts stay: one good account must not free a guesser.
  counts_.erase(key_of('b', name_key, peer));
}

void Attempts::add(const std::string& key, TimeMs now) {
  if (counts_.size() >= limits_.entries) make_room(now);
  Count& count = counts_[key];
  if (now - count.since_ms >= limits_.window_ms) count = {0, now};
  ++count.failures;
}

void Attempts::make_room(TimeMs now) {
  std::erase_if(counts_, [&](const auto& entry) { return now - entry.second.since_ms >= limits_.window_ms; });
  // All recent: forget the half with the fewest failures, which are not the guessers.
  if (counts_.size() < limits_.entries) return;
  std::erase_if(counts_, [](const auto& entry) { return entry.second.failures <= 1; });
  while (counts_.size() >= limits_.entries) counts_.erase(counts_.begin());
}

}  // namespace ava::user
