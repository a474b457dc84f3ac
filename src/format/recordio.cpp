#include "format/recordio.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/file.hpp"
#include "format/raw_bytes.hpp"

namespace ava::format {

static_assert(std::endian::native == std::endian::little, "records are written as they lie in memory");

namespace {

constexpr std::size_t kGroupWords = 64;

/// Whether any aligned word of the group is the magic; no early exit and a known length, so that the compiler makes
/// vector code of it.
bool holds_magic(const char* at) {
  std::uint32_t hits = 0;
  for (std::size_t i = 0; i < kGroupWords; ++i) hits |= load<std::uint32_t>(at + 4 * i) == kRecordMagic ? 1u : 0u;
  return hits != 0;
}

void find_magics(std::string_view bytes, std::uint64_t base, std::vector<std::uint64_t>& found) {
  const std::size_t words = bytes.size() / 4;
  for (std::size_t from = 0; from < words; from += kGroupWords) {
    const std::size_t count = std::min(kGroupWords, words - from);
    if (count == kGroupWords && !holds_magic(bytes.data() + 4 * from)) continue;
    for (std::size_t i = from; i < from + count; ++i)
      if (load<std::uint32_t>(bytes.data() + 4 * i) == kRecordMagic) found.push_back(base + 4 * i);
  }
}

}  // namespace

namespace detail {

void append_u32(std::string& out, std::uint32_t value) { append_raw(out, value); }

std::vector<std::uint64_t> aligned_magics(std::string_view head, std::string_view body) {
  std::vector<std::uint64_t> found;
  find_magics(head, 0, found);
  find_magics(body, head.size(), found);
  return found;
}

Result<void> check_record_size(std::uint64_t bytes) {
  if (bytes <= kMaxRecordBytes) return {};
  return Error(ErrorCode::kInvalidArgument, "recordio.too_large",
               fmt::format("a record of {} bytes; the format ends at {}", bytes, kMaxRecordBytes));
}

}  // namespace detail

std::string encode(const ImageHeader& header) {
  std::string bytes;
  append_raw(bytes, static_cast<std::uint32_t>(header.labels.size()));
  append_raw(bytes, header.labels.empty() ? header.label : 0.0f);
  append_raw(bytes, header.id);
  append_raw(bytes, header.id2);
  for (const float value : header.labels) append_raw(bytes, value);
  return bytes;
}

Result<ImageHeader> decode(std::string_view payload, std::string_view& picture) {
  constexpr std::size_t kFixed = 24;
  if (payload.size() < kFixed)
    return Error(ErrorCode::kCorrupt, "recordio.bad_header", "a record shorter than its 24-byte header");
  const auto flag = load<std::uint32_t>(payload.data());
  if (flag > (payload.size() - kFixed) / 4)
    return Error(ErrorCode::kCorrupt, "recordio.bad_header", fmt::format("{} labels do not fit the record", flag));
  ImageHeader header;
  header.label = load<float>(payload.data() + 4);
  header.id = load<std::uint64_t>(payload.data() + 8);
  header.id2 = load<std::uint64_t>(payload.data() + 16);
  for (std::uint32_t i = 0; i < flag; ++i) header.labels.push_back(load<float>(payload.data() + kFixed + 4 * i));
  picture = payload.substr(kFixed + 4 * std::size_t{flag});
  return header;
}

Result<RecordReader> RecordReader::open(const std::filesystem::path& path) {
  AVA_TRY(InFile file, InFile::open(path));
  return RecordReader(std::move(file));
}

Error RecordReader::corrupt(std::uint64_t offset, std::string_view what) const {
  return Error(ErrorCode::kCorrupt, "recordio.corrupt", fmt::format("{}: at byte {}: {}", file_.name(), offset, what))
      .detail("offset", std::to_string(offset));
}

Result<void> RecordReader::resync(std::uint64_t from) {
  for (std::uint64_t at = (from + 3) / 4 * 4; at + 8 <= file_.size(); at += 4) {
    file_.seek(at);
    AVA_TRY(const std::string_view lead, file_.take(8));
    const std::uint32_t cflag = load<std::uint32_t>(lead.data() + 4) >> 29;
    file_.seek(at);
    if (load<std::uint32_t>(lead.data()) == kRecordMagic && cflag <= 1) return {};
  }
  file_.seek(file_.size());
  return {};
}

Result<bool> RecordReader::next(std::string& payload) {
  payload.clear();
  frame_.clear();
  record_offset_ = file_.at();
  for (std::uint32_t part = 0;; ++part) {
    if (part == 0 && file_.left() == 0) return false;
    const std::uint64_t start = file_.at();
    const auto fail = [&](std::string_view what) -> Result<bool> {
      AVA_CHECK(resync(start + 4));
      return corrupt(start, what);
    };
    AVA_TRY(const std::string_view lead, file_.take(8));
    if (lead.size() < 8 || load<std::uint32_t>(lead.data()) != kRecordMagic) return fail("no record begins here");
    const auto lrec = load<std::uint32_t>(lead.data() + 4);
    const std::uint32_t cflag = lrec >> 29;
    const std::uint32_t length = lrec & kMaxRecordBytes;
    if (cflag > 3 || (part == 0) != (cflag <= 1)) return fail("a part of a record out of order");
    frame_ += lead;
    if (length > file_.left()) return fail("the record ends beyond the file");
    AVA_TRY(const std::string_view data, file_.take(length));
    if (part > 0) detail::append_u32(payload, kRecordMagic);
    payload += data;
    const std::size_t wanted = (4 - length % 4) % 4;
    AVA_TRY(const std::string_view padding, file_.take(wanted));
    if (padding.size() < wanted) return fail("the file ends in the record's padding");
    frame_ += padding;
    if (cflag == 0 || cflag == 3) return true;
  }
}

}  // namespace ava::format
