// Thin a long series to a screenful that keeps every visible peak: buckets with their minimum and maximum points.
#pragma once

#include <span>
#include <vector>

#include "metric/point.hpp"

namespace ava::metric {

/// A stretch of consecutive points of one series, with the real points that are its extremes.
struct Bucket {
  std::uint64_t count = 0;
  Point first;
  Point last;
  Point low;
  Point high;
  double mean = 0;
};

/// A bucket of one point.
Bucket bucket_of(const Point& point);
/// Join `next` behind `into`.
void merge(Bucket& into, const Bucket& next);
/// Group points (or buckets) into buckets of `size`; the last may be smaller.
std::vector<Bucket> group(std::span<const Bucket> items, std::size_t size);
std::vector<Bucket> group(std::span<const Point> points, std::size_t size);

/// At most `max_points` real points of the stretch, by step: first, last, and of each bucket its low and high. Less
/// than these four of one bucket say nothing of a curve: a smaller `max_points` counts as 4. A stretch that fits is
/// returned whole.
std::vector<Point> thin(std::span<const Bucket> items, std::size_t max_points);

}  // namespace ava::metric
