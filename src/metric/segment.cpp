#include "metric/segment.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>

#include "base/file.hpp"
#include "metric/coding.hpp"

namespace ava::metric {

namespace {

constexpr std::string_view kMagic = "AVAMTR01";
constexpr std::uint64_t kMaxBlock = 1u << 28;

std::string compress(std::string_view plain) {
  std::string packed(ZSTD_compressBound(plain.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 3));
  return packed;
}

Error corrupt(const std::filesystem::path& path, std::string_view what) {
  return Error(ErrorCode::kCorrupt, "metric.corrupt", path.string() + ": " + std::string(what));
}

Result<std::string> decompress(const std::filesystem::path& path, std::string_view packed) {
  const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR || size > kMaxBlock)
    return corrupt(path, "a block of unknown size");
  std::string plain(size, '\0');
  const std::size_t got = ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size());
  if (ZSTD_isError(got) != 0 || got != size) return corrupt(path, "a block does not unpack");
  return plain;
}

// Differences wrap: steps and times are the client's, and any two of them may lie further apart than 63 bits count.
std::int64_t difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

void put_point(std::string& out, const Point& p, const Point& before) {
  put_signed(out, difference(p.step, before.step));
  put_signed(out, difference(p.time_ms, before.time_ms));
  put_double(out, p.value);
}
Point take_point(Cursor& in, const Point& before) {
  Point p;
  p.step = sum(before.step, in.signed_varint());
  p.time_ms = sum(before.time_ms, in.signed_varint());
  p.value = in.real();
  return p;
}

void put_bucket(std::string& out, const Bucket& b) {
  put_varint(out, b.count);
  put_point(out, b.first, {});
  put_point(out, b.last, b.first);
  put_point(out, b.low, b.first);
  put_point(out, b.high, b.first);
  put_double(out, b.mean);
}
Bucket take_bucket(Cursor& in) {
  Bucket b;
  b.count = in.varint();
  b.first = take_point(in, {});
  b.last = take_point(in, b.first);
  b.low = take_point(in, b.first);
  b.high = take_point(in, b.first);
  b.mean = in.real();
  return b;
}

std::string pack_points(const std::vector<Point>& points) {
  std::string plain;
  put_varint(plain, points.size());
  Point before;
  for (const Point& p : points) {
    put_point(plain, p, before);
    before = p;
  }
  return compress(plain);
}

std::string pack_buckets(const std::vector<Bucket>& buckets) {
  std::string plain;
  put_varint(plain, buckets.size());
  for (const Bucket& b : buckets) put_bucket(plain, b);
  return compress(plain);
}

std::string pack_footer(const SegmentIndex& index) {
  std::string footer;
  put_varint(footer, index.series.size());
  for (const auto& [name, s] : index.series) {
    put_text(footer, name);
    put_bucket(footer, s.all);
    for (const std::uint64_t n : {s.raw_offset, s.raw_bytes, s.bucket_offset, s.bucket_bytes}) put_varint(footer, n);
  }
  put_varint(footer, index.clients.size());
  for (const auto& [client, seq] : index.clients) {
    put_text(footer, client);
    put_signed(footer, seq);
  }
  return footer;
}

bool unpack_footer(std::string_view footer, SegmentIndex& index) {
  Cursor in{footer};
  for (std::uint64_t n = in.varint(); n > 0 && in.ok; --n) {
    const std::string name(in.text());
    SegmentSeries s;
    s.all = take_bucket(in);
    for (std::uint64_t* field : {&s.raw_offset, &s.raw_bytes, &s.bucket_offset, &s.bucket_bytes}) *field = in.varint();
    index.series[name] = s;
  }
  for (std::uint64_t n = in.varint(); n > 0 && in.ok; --n) {
    const std::string client(in.text());
    index.clients[client] = in.signed_varint();
  }
  return in.ok && in.bytes.empty();
}

/// Bytes [offset, offset + count) of a file; `from_end` counts the offset from the end.
Result<std::string> read_part(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t count,
                              bool from_end = false) {
  if (count > kMaxBlock) return corrupt(path, "a block is too large");
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file::error_of(errno, "open", path);
  struct stat info {};
  const bool known = ::fstat(fd, &info) == 0;
  const auto size = static_cast<std::uint64_t>(info.st_size);
  const bool inside = known && (from_end ? offset <= size : offset + count <= size);
  std::string bytes(inside ? count : 0, '\0');
  const std::uint64_t at = from_end ? size - offset : offset;
  const ssize_t got = inside ? ::pread(fd, bytes.data(), count, static_cast<off_t>(at)) : -1;
  ::close(fd);
  if (got != static_cast<ssize_t>(count)) return corrupt(path, "the file is cut short");
  return bytes;
}

}  // namespace

Result<SegmentIndex> write_segment(const std::filesystem::path& path, const RunPoints& points) {
  SegmentIndex index{path, {}, points.clients};
  std::string bytes(kMagic);
  for (const auto& [name, series] : points.series) {
    const std::vector<Bucket> buckets = group(series, kBucketPoints);
    SegmentSeries s;
    for (const Bucket& b : buckets) merge(s.all, b);
    const std::string raw = pack_points(series);
    const std::string packed = pack_buckets(buckets);
    s.raw_offset = bytes.size();
    s.raw_bytes = raw.size();
    bytes += raw;
    s.bucket_offset = bytes.size();
    s.bucket_bytes = packed.size();
    bytes += packed;
    index.series[name] = s;
  }
  const std::string footer = pack_footer(index);
  bytes += footer;
  put_u32(bytes, static_cast<std::uint32_t>(footer.size()));
  put_u32(bytes, checksum(footer));
  bytes += kMagic;
  AVA_CHECK(file::write_atomic(path, bytes, 0600));
  return index;
}

Result<SegmentIndex> open_segment(const std::filesystem::path& path) {
  AVA_TRY(const std::string tail, read_part(path, 16, 16, true));
  Cursor in{tail};
  const std::uint32_t length = in.u32();
  const std::uint32_t sum = in.u32();
  if (in.take(8) != kMagic) return corrupt(path, "no metric segment");
  AVA_TRY(const std::string footer, read_part(path, 16 + length, length, true));
  SegmentIndex index{path, {}, {}};
  if (checksum(footer) != sum || !unpack_footer(footer, index)) return corrupt(path, "the footer is damaged");
  return index;
}

Result<std::vector<Point>> read_points(const SegmentIndex& segment, const SegmentSeries& series) {
  AVA_TRY(const std::string packed, read_part(segment.path, series.raw_offset, series.raw_bytes));
  AVA_TRY(const std::string plain, decompress(segment.path, packed));
  Cursor in{plain};
  const std::uint64_t count = in.varint();
  std::vector<Point> points;
  points.reserve(std::min<std::uint64_t>(count, plain.size()));
  Point before;
  for (std::uint64_t i = 0; i < count && in.ok; ++i) points.push_back(before = take_point(in, before));
  if (!in.ok) return corrupt(segment.path, "points are damaged");
  return points;
}

Result<std::vector<Bucket>> read_buckets(const SegmentIndex& segment, const SegmentSeries& series) {
  AVA_TRY(const std::string packed, read_part(segment.path, series.bucket_offset, series.bucket_bytes));
  AVA_TRY(const std::string plain, decompress(segment.path, packed));
  Cursor in{plain};
  std::vector<Bucket> buckets;
  for (std::uint64_t n = in.varint(); n > 0 && in.ok; --n) buckets.push_back(take_bucket(in));
  if (!in.ok) return corrupt(segment.path, "buckets are damaged");
  return buckets;
}

}  // namespace ava::metric
