// The plain types of curves: a point, what a reader asks for and gets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"

namespace ava::metric {

/// One value of one series at one step. Units: step counts batches (or what the caller counts), time is UTC.
struct Point {
  std::int64_t step = 0;
  TimeMs time_ms = 0;
  double value = 0;
  bool operator==(const Point&) const = default;
};

struct NamedPoint {
  std::string name;
  Point point;
};

/// Points of one append, sent by one client in the order of `seq`.
struct Batch {
  std::string run_id;
  std::string client_id;
  std::int64_t seq = 0;
  std::vector<NamedPoint> points;
};

struct Appended {
  std::uint64_t accepted = 0;
  /// Not finite, bad name, or beyond the limit of series: counted, never an error.
  std::uint64_t rejected = 0;
  /// The batch was already stored: acknowledged again, not stored twice.
  bool repeated = false;
};

struct Query {
  std::vector<std::string> names;  ///< empty: all series
  std::size_t max_points = 1000;   ///< per series; minima and maxima survive the thinning
  std::optional<std::int64_t> from_step;
  std::optional<std::int64_t> to_step;  ///< inclusive
};

struct Series {
  std::string name;
  std::uint64_t total_points = 0;  ///< in the asked range, before thinning
  std::vector<Point> points;       ///< by step
};

struct Summary {
  std::string name;
  std::uint64_t count = 0;
  Point last;
  double min = 0;
  double max = 0;
};

}  // namespace ava::metric
