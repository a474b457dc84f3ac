// Wall time as integer milliseconds UTC, and its RFC 3339 text. Services take a Clock so that tests can turn it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ava {

using TimeMs = std::int64_t;  ///< milliseconds since 1970-01-01T00:00:00Z

/// Source of wall time. Thread: now_ms() may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeMs now_ms() const;
  static const Clock& system();
};

/// "2026-11-23T08:15:30.123Z"
std::string format_time(TimeMs time);
/// Read RFC 3339 with Z or an offset and any number of fraction digits. Errors: `time.bad`.
Result<TimeMs> parse_time(std::string_view text);

}  // namespace ava
