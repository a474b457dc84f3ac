#include "format/datum.hpp"

#include <cstring>

namespace ava::format {

namespace {

enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

/// int32 is sign-extended to 64 bits on the wire: -1 takes ten bytes.
void put_int(std::string& out, std::uint32_t field, std::int32_t value) {
  put_varint(out, field << 3 | kVarint);
  put_varint(out, static_cast<std::uint64_t>(static_cast<std::int64_t>(value)));
}

/// Walks over the fields of a message; any step may find it cut short.
class Wire {
 public:
  explicit Wire(std::string_view bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }

  bool varint(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }
  bool take(std::uint64_t count, std::string_view& bytes) {
    if (count > rest_.size()) return false;
    bytes = rest_.substr(0, static_cast<std::size_t>(count));
    rest_.remove_prefix(static_cast<std::size_t>(count));
    return true;
  }
  bool skip(std::uint64_t type) {
    std::uint64_t value = 0;
    std::string_view bytes;
    switch (type) {
      case kVarint:
        return varint(value);
      case kFixed64:
        return take(8, bytes);
      case kBytes:
        return varint(value) && take(value, bytes);
      case kFixed32:
        return take(4, bytes);
      default:
        return false;
    }
  }

 private:
  std::string_view rest_;
};

void append_floats(std::string_view bytes, std::vector<float>& out) {
  for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
    float value;
    std::memcpy(&value, bytes.data() + at, 4);
    out.push_back(value);
  }
}

bool read_field(Wire& wire, std::uint64_t tag, Datum& datum) {
  std::uint64_t value = 0;
  std::string_view bytes;
  switch (tag) {
    case 1 << 3 | kVarint:
      return wire.varint(value) && (datum.channels = static_cast<std::int32_t>(value), true);
    case 2 << 3 | kVarint:
      return wire.varint(value) && (datum.height = static_cast<std::int32_t>(value), true);
    case 3 << 3 | kVarint:
      return wire.varint(value) && (datum.width = static_cast<std::int32_t>(value), true);
    case 4 << 3 | kBytes:
      return wire.varint(value) && wire.take(value, datum.data);
    case 5 << 3 | kVarint:
      return wire.varint(value) && (datum.label = static_cast<std::int32_t>(value), true);
    case 6 << 3 | kFixed32:
      return wire.take(4, bytes) && (append_floats(bytes, datum.float_data), true);
    case 6 << 3 | kBytes:
      return wire.varint(value) && wire.take(value, bytes) && (append_floats(bytes, datum.float_data), true);
    case 7 << 3 | kVarint:
      return wire.varint(value) && (datum.encoded = value != 0, true);
    default:
      return wire.skip(tag & 7);
  }
}

}  // namespace

std::string encode(const Datum& datum) {
  std::string out;
  out.reserve(datum.data.size() + 48);
  if (datum.channels) put_int(out, 1, *datum.channels);
  if (datum.height) put_int(out, 2, *datum.height);
  if (datum.width) put_int(out, 3, *datum.width);
  put_varint(out, 4 << 3 | kBytes);
  put_varint(out, datum.data.size());
  out += datum.data;
  put_int(out, 5, datum.label);
  for (const float value : datum.float_data) {
    put_varint(out, 6 << 3 | kFixed32);
    out.append(reinterpret_cast<const char*>(&value), 4);
  }
  if (datum.encoded) put_int(out, 7, 1);
  return out;
}

Result<Datum> decode_datum(std::string_view bytes) {
  Datum datum;
  Wire wire(bytes);
  while (!wire.done()) {
    std::uint64_t tag = 0;
    if (!wire.varint(tag) || tag >> 3 == 0 || !read_field(wire, tag, datum))
      return Error(ErrorCode::kCorrupt, "datum.corrupt", "the bytes are no caffe.Datum message");
  }
  return datum;
}

}  // namespace ava::format
