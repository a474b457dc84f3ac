// A sealed file of one run's points: per series the compressed points, buckets of 64, and a footer that says it all.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "metric/downsample.hpp"
#include "metric/point.hpp"

namespace ava::metric {

/// Points of one run in memory, by series, and the last sequence number seen of each client.
struct RunPoints {
  std::map<std::string, std::vector<Point>> series;
  std::map<std::string, std::int64_t> clients;
};

struct SegmentSeries {
  Bucket all;  ///< count, ends and extremes of the series in this segment
  std::uint64_t raw_offset = 0, raw_bytes = 0;
  std::uint64_t bucket_offset = 0, bucket_bytes = 0;
};

/// Footer of a segment; small enough to keep in memory.
struct SegmentIndex {
  std::filesystem::path path;
  std::map<std::string, SegmentSeries> series;
  std::map<std::string, std::int64_t> clients;
};

inline constexpr std::size_t kBucketPoints = 64;

/// Write all points as a new file, whole or not at all.
Result<SegmentIndex> write_segment(const std::filesystem::path& path, const RunPoints& points);
/// Read the footer. Errors: `metric.corrupt`.
Result<SegmentIndex> open_segment(const std::filesystem::path& path);
Result<std::vector<Point>> read_points(const SegmentIndex& segment, const SegmentSeries& series);
Result<std::vector<Bucket>> read_buckets(const SegmentIndex& segment, const SegmentSeries& series);

}  // namespace ava::metric
