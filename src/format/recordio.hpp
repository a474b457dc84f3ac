// RecordIO bytes: the framing with its aligned-magic rule, and the MXNet image header inside a record.
// Layout and vectors: docs/formats (RecordIO). The driver that makes a set of it is recordio_format.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "format/in_file.hpp"

namespace ava::format {

inline constexpr std::uint32_t kRecordMagic = 0xCED7230A;
inline constexpr std::uint64_t kMaxRecordBytes = (std::uint64_t{1} << 29) - 1;

/// The head of an MXNet image record: u32 flag, f32 label, u64 id, u64 id2, then `labels` when there are any.
struct ImageHeader {
  float label = 0;
  std::uint64_t id = 0;
  std::uint64_t id2 = 0;
  std::vector<float> labels;  ///< detection vector; when not empty, flag is its length and `label` is stored as 0
};

std::string encode(const ImageHeader& header);
/// Split a payload into header and picture; `picture` views into `payload`.
/// Errors: `recordio.bad_header`. Lifetime: `picture` lives as long as `payload`.
Result<ImageHeader> decode(std::string_view payload, std::string_view& picture);

/// Frame head+body as one record through `put(std::string_view) -> Result<void>`, which gets pieces of head and body
/// where they lie, and frame words and padding from elsewhere. A magic word at an offset divisible by 4 cuts the
/// payload; head must be a multiple of 4 bytes long, and smaller than body may be.
/// Errors: `recordio.too_large` from 512 MiB, and those of put.
template <class Put>
Result<void> frame_record(std::string_view head, std::string_view body, Put&& put);

/// Reads records one after the other.
/// Errors: `recordio.corrupt` names the offset; the reader then stands at the next aligned magic and can go on.
class RecordReader {
 public:
  static Result<RecordReader> open(const std::filesystem::path& path);
  /// False at the end. `payload` is overwritten.
  Result<bool> next(std::string& payload);
  /// Offset of the first magic of the record next() returned last.
  std::uint64_t record_offset() const { return record_offset_; }
  /// Of that record, the bytes that are no payload: two words for each part, and the padding.
  const std::string& frame() const { return frame_; }

 private:
  explicit RecordReader(InFile file) : file_(std::move(file)) {}
  Error corrupt(std::uint64_t offset, std::string_view what) const;
  Result<void> resync(std::uint64_t from);

  InFile file_;
  std::uint64_t record_offset_ = 0;
  std::string frame_;
};

namespace detail {
/// Offsets divisible by 4 at which the payload holds the magic word.
std::vector<std::uint64_t> aligned_magics(std::string_view head, std::string_view body);
void append_u32(std::string& out, std::uint32_t value);
Result<void> check_record_size(std::uint64_t bytes);
}  // namespace detail

template <class Put>
Result<void> frame_record(std::string_view head, std::string_view body, Put&& put) {
  const std::uint64_t total = head.size() + body.size();
  AVA_CHECK(detail::check_record_size(total));
  const std::vector<std::uint64_t> cuts = detail::aligned_magics(head, body);
  std::uint64_t from = 0;
  for (std::size_t part = 0; part <= cuts.size(); ++part) {
    const std::uint64_t to = part < cuts.size() ? cuts[part] : total;
    const std::uint32_t cflag = cuts.empty() ? 0 : part == 0 ? 1 : part == cuts.size() ? 3 : 2;
    std::string lead;
    detail::append_u32(lead, kRecordMagic);
    detail::append_u32(lead, cflag << 29 | static_cast<std::uint32_t>(to - from));
    AVA_CHECK(put(std::string_view(lead)));
    if (from < head.size()) AVA_CHECK(put(head.substr(from, to - from)));
    if (to > head.size()) {
      const std::uint64_t body_from = from > head.size() ? from - head.size() : 0;
      AVA_CHECK(put(body.substr(body_from, to - head.size() - body_from)));
    }
    from = to + 4;  // the magic itself is dropped; the reader puts it back
  }
  static constexpr std::string_view kPad("\0\0\0", 3);
  return put(kPad.substr(0, (4 - total % 4) % 4));
}

}  // namespace ava::format
