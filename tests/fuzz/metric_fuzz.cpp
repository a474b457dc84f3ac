// The files of curves: the log, a segment's footer, its points and buckets. Checksums are made to fit.
#include <zstd.h>

#include <bit>

#include "fuzz.hpp"
#include "metric/coding.hpp"
#include "metric/segment.hpp"
#include "metric/wal.hpp"

namespace ava::fuzz {

namespace {

constexpr std::string_view kMagic = "AVAMTR01";

std::string packed(std::string_view plain) {
  std::string out(ZSTD_compressBound(plain.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), plain.data(), plain.size(), 1));
  return out;
}

std::string segment_with(std::string_view footer) {
  std::string bytes(kMagic);
  bytes += packed(std::string_view("\1\2\2\0\0\0\0\0\0\0\0", 11));  // a block of one point
  bytes += footer;
  metric::put_u32(bytes, static_cast<std::uint32_t>(footer.size()));
  metric::put_u32(bytes, metric::checksum(footer));
  return bytes += kMagic;
}

bool same(const metric::Point& a, const metric::Point& b) {
  return a.step == b.step && a.time_ms == b.time_ms &&
         std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value);
}

/// Points that were read can be written, and are then the same.
void write_and_read(const metric::RunPoints& points) {
  const auto path = scratch() / "written";
  const auto segment = must(metric::write_segment(path, points), "a segment");
  const auto opened = must(metric::open_segment(path), "a written segment");
  require(opened.clients == points.clients && opened.series.size() == points.series.size(), "the same footer");
  for (const auto& [name, series] : points.series) {
    const auto& entry = opened.series.at(name);
    const auto back = must(metric::read_points(opened, entry), "written points");
    require(std::equal(back.begin(), back.end(), series.begin(), series.end(), same), "the same points", name);
    const auto buckets = must(metric::read_buckets(opened, entry), "written buckets");
    require(metric::thin(buckets, 5).size() <= 5, "a thin curve", name);
  }
}

void log(std::string_view payload) {
  std::string frame;
  metric::put_u32(frame, static_cast<std::uint32_t>(payload.size()));
  metric::put_u32(frame, metric::checksum(payload));
  frame += payload;
  metric::RunPoints points;
  std::size_t batches = 0;
  must(metric::Wal::replay(as_file(frame + frame + std::string(payload)),
                           [&](metric::Batch batch) {
                             ++batches;
                             points.clients[batch.client_id] = batch.seq;
                             for (auto& point : batch.points) points.series[point.name].push_back(point.point);
                           }),
       "a log that can be read");
  require(batches != 1, "all or nothing of two equal frames");
  if (batches > 0) write_and_read(points);
}

void segment(std::string_view bytes) {
  const auto opened = metric::open_segment(as_file(bytes));
  if (!opened.ok()) return require_plain(opened.error());
  for (const auto& [name, series] : opened->series) {
    if (const auto points = metric::read_points(*opened, series); !points.ok()) require_plain(points.error());
    if (const auto buckets = metric::read_buckets(*opened, series); !buckets.ok()) require_plain(buckets.error());
  }
}

void block(std::string_view plain) {
  const std::string bytes = packed(plain);
  const metric::SegmentIndex index{as_file(bytes), {}, {}};
  const metric::SegmentSeries series{{}, 0, bytes.size(), 0, bytes.size()};
  const auto points = metric::read_points(index, series);
  if (!points.ok()) require_plain(points.error());
  if (points.ok() && !points->empty()) write_and_read({{{"a", *points}}, {}});
  const auto buckets = metric::read_buckets(index, series);
  if (!buckets.ok()) return require_plain(buckets.error());
  (void)metric::thin(*buckets, 4);
  (void)metric::group(*buckets, 2);
}

}  // namespace

void one_input(std::string_view bytes) {
  switch (choice(bytes, 5)) {
    case 0:
      return log(bytes);
    case 1:
      return segment(segment_with(bytes));
    case 2:
      return block(bytes);
    case 3:
      return segment(bytes);
    default:
      return must(metric::Wal::replay(as_file(bytes), [](metric::Batch) {}), "a log that can be read");
  }
}

}  // namespace ava::fuzz
