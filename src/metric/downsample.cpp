#include "metric/downsample.hpp"

#include <algorithm>

namespace ava::metric {

Bucket bucket_of(const Point& point) { return {1, point, point, point, point, point.value}; }

void merge(Bucket& into, const Bucket& next) {
  if (next.count == 0) return;
  if (into.count == 0) {
    into = next;
    return;
  }
  const double total = static_cast<double>(into.count + next.count);
  into.mean += (next.mean - into.mean) * (static_cast<double>(next.count) / total);
  into.count += next.count;
  into.last = next.last;
  if (next.low.value < into.low.value) into.low = next.low;
  if (next.high.value > into.high.value) into.high = next.high;
}

std::vector<Bucket> group(std::span<const Bucket> items, std::size_t size) {
  std::vector<Bucket> grouped;
  grouped.reserve(items.size() / size + 1);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i % size == 0) grouped.emplace_back();
    merge(grouped.back(), items[i]);
  }
  return grouped;
}

std::vector<Bucket> group(std::span<const Point> points, std::size_t size) {
  std::vector<Bucket> single;
  single.reserve(points.size());
  for (const Point& point : points) single.push_back(bucket_of(point));
  return size == 1 ? single : group(single, size);
}

std::vector<Point> thin(std::span<const Bucket> items, std::size_t max_points) {
  std::vector<Point> points;
  const auto keep = [&](const Bucket& bucket) {
    // In the order they happened, each once.
    const bool low_first = bucket.low.step <= bucket.high.step;
    const Point& a = low_first ? bucket.low : bucket.high;
    const Point& b = low_first ? bucket.high : bucket.low;
    points.push_back(a);
    if (!(a == b)) points.push_back(b);
  };
  if (items.empty() || max_points == 0) return points;
  const std::size_t room = std::max<std::size_t>(max_points, 4) - 2;  // the two ends are always kept
  const std::size_t buckets = std::max<std::size_t>(room / 2, 1);
  const bool whole = std::all_of(items.begin(), items.end(), [](const Bucket& b) { return b.count == 1; });
  if (whole && items.size() <= max_points) {
    for (const Bucket& item : items) points.push_back(item.first);
  } else {
    const std::size_t size = (items.size() + buckets - 1) / buckets;
    points.push_back(items.front().first);
    for (const Bucket& bucket : group(items, size)) keep(bucket);
    points.push_back(items.back().last);
  }
  std::stable_sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.step < b.step; });
  points.erase(std::unique(points.begin(), points.end()), points.end());
  return points;
}

}  // namespace ava::metric
