// Brake for password guessing: failed logins counted per name and per peer, in memory, bounded.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ava::user {

/// At most `per_pair` failures of one name from one peer, `per_name` of a name and `per_peer` of a peer in a window.
struct AttemptLimits {
  int per_pair = 8;
  int per_name = 50;  ///< well above per_pair, so that a stranger cannot easily lock somebody out
  int per_peer = 50;
  TimeMs window_ms = 10 * 60'000;
  std::size_t entries = 20'000;
};

/// Thread: any. Lost at a restart, which is as good as waiting for the window.
class Attempts {
 public:
  Attempts(const Clock& clock, AttemptLimits limits) : clock_(clock), limits_(limits) {}
  /// Errors: `user.too_many_attempts` (kResourceExhausted) with detail `retry_after_seconds`.
  Result<void> check(std::string_view name_key, std::string_view peer);
  void failed(std::string_view name_key, std::string_view peer);
  void succeeded(std::string_view name_key, std::string_view peer);

 private:
  struct Count {
    int failures = 0;
    TimeMs since_ms = 0;
  };
  bool over(const std::string& key, int limit, TimeMs now, TimeMs& wait_ms) const;
  void add(const std::string& key, TimeMs now);
  void make_room(TimeMs now);

  const Clock& clock_;
  const AttemptLimits limits_;
  std::mutex mutex_;
  std::unordered_map<std::string, Count> counts_;
};

}  // namespace ava::user
