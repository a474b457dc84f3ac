#include "base/clock.hpp"

#include <fmt/format.h>

#include <ctime>

namespace ava {

TimeMs Clock::now_ms() const {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

const Clock& Clock::system() {
  static const Clock clock;
  return clock;
}

std::string format_time(TimeMs time) {
  TimeMs seconds = time / 1000;
  TimeMs ms = time % 1000;
  if (ms < 0) {
    ms += 1000;
    --seconds;
  }
  const std::time_t whole = seconds;
  std::tm utc{};
  gmtime_r(&whole, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, ms);
}

namespace {

Error bad_time(std::string_view text) {
  return Error(ErrorCode::kInvalidArgument, "time.bad",
               fmt::format("'{}' is no RFC 3339 time such as 2026-11-23T08:15:30Z", text));
}

bool digits(std::string_view text, std::size_t at, std::size_t count, int* out) {
  if (at + count > text.size()) return false;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  *out = value;
  return true;
}

}  // namespace

Result<TimeMs> parse_time(std::string_view text) {
  std::tm utc{};
  const bool form = text.size() >= 20 && text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == 't') &&
                    text[13] == ':' && text[16] == ':' && digits(text, 0, 4, &utc.tm_year) &&
                    digits(text, 5, 2, &utc.tm_mon) && digits(text, 8, 2, &utc.tm_mday) &&
                    digits(text, 11, 2, &utc.tm_hour) && digits(text, 14, 2, &utc.tm_min) &&
                    digits(text, 17, 2, &utc.tm_sec);
  if (!form || utc.tm_mon < 1 || utc.tm_mon > 12 || utc.tm_mday < 1 || utc.tm_mday > 31 || utc.tm_hour > 23 ||
      utc.tm_min > 59 || utc.tm_sec > 60)
    return bad_time(text);
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;

  std::size_t at = 19;
  TimeMs ms = 0;
  if (text[at] == '.') {
    TimeMs scale = 100;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      ms += (text[at] - '0') * scale;
  }
  if (at >= text.size()) return bad_time(text);
  TimeMs offset_minutes = 0;
  if (text[at] == '+' || text[at] == '-') {
    int hours = 0;
    int minutes = 0;
    if (text.size() != at + 6 || text[at + 3] != ':' || !digits(text, at + 1, 2, &hours) ||
        !digits(text, at + 4, 2, &minutes))
      return bad_time(text);
    offset_minutes = (hours * 60 + minutes) * (text[at] == '+' ? 1 : -1);
  } else if ((text[at] != 'Z' && text[at] != 'z') || text.size() != at + 1) {
    return bad_time(text);
  }
  return static_cast<TimeMs>(timegm(&utc)) * 1000 + ms - offset_minutes * 60'000;
}

}  // namespace ava
