#include "format/datum.hpp"

#include <algorithm>
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

void put_float(std::string& out, std::uint32_t field, float value) {
  put_varint(out, field << 3 | kFixed32);
  out.append(reinterpret_cast<const char*>(&value), 4);
}

void put_message(std::string& out, std::uint32_t field, std::string_view message) {
  put_varint(out, field << 3 | kBytes);
  put_varint(out, message.size());
  out += message;
}

/// Walks over the fields of a message; any step may find it cut short.
class Wire {
 public:
  explicit Wire(std::string_view bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

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

/// Calls take(tag, wire) for every field; false when the message is cut short.
template <class Take>
bool each_field(std::string_view message, Take take) {
  Wire wire(message);
  while (!wire.done()) {
    std::uint64_t tag = 0;
    if (!wire.varint(tag) || tag >> 3 == 0 || !take(tag, wire)) return false;
  }
  return true;
}

bool take_message(Wire& wire, std::string_view& message) {
  std::uint64_t size = 0;
  return wire.varint(size) && wire.take(size, message);
}

bool take_float(Wire& wire, float& value) {
  std::string_view bytes;
  if (!wire.take(4, bytes)) return false;
  std::memcpy(&value, bytes.data(), 4);
  return true;
}

bool read_box(std::string_view message, AnnotatedBox& box) {
  return each_field(message, [&box](std::uint64_t tag, Wire& wire) {
    std::uint64_t value = 0;
    switch (tag) {
      case 1 << 3 | kFixed32:
        return take_float(wire, box.xmin);
      case 2 << 3 | kFixed32:
        return take_float(wire, box.ymin);
      case 3 << 3 | kFixed32:
        return take_float(wire, box.xmax);
      case 4 << 3 | kFixed32:
        return take_float(wire, box.ymax);
      case 6 << 3 | kVarint:
        return wire.varint(value) && (box.difficult = value != 0, true);
      default:
        return wire.skip(tag & 7);
    }
  });
}

bool read_annotation(std::string_view message, AnnotatedBox& box) {
  return each_field(message, [&box](std::uint64_t tag, Wire& wire) {
    std::string_view inner;
    if (tag != (2 << 3 | kBytes)) return wire.skip(tag & 7);
    return take_message(wire, inner) && read_box(inner, box);
  });
}

/// The label of a group may stand behind its boxes.
bool read_group(std::string_view message, std::vector<AnnotatedBox>& boxes) {
  const std::size_t first = boxes.size();
  std::uint64_t label = 0;
  const bool whole = each_field(message, [&](std::uint64_t tag, Wire& wire) {
    std::string_view inner;
    if (tag == (1 << 3 | kVarint)) return wire.varint(label);
    if (tag != (2 << 3 | kBytes)) return wire.skip(tag & 7);
    return take_message(wire, inner) && read_annotation(inner, boxes.emplace_back());
  });
  for (std::size_t i = first; i < boxes.size(); ++i) boxes[i].group_label = static_cast<std::uint32_t>(label);
  return whole;
}

/// An annotation: its number within the group, and its box.
void put_annotation(std::string& out, std::int32_t instance, const AnnotatedBox& box) {
  std::string bounds;
  put_float(bounds, 1, box.xmin);
  put_float(bounds, 2, box.ymin);
  put_float(bounds, 3, box.xmax);
  put_float(bounds, 4, box.ymax);
  put_int(bounds, 6, box.difficult ? 1 : 0);
  std::string annotation;
  put_int(annotation, 1, instance);
  put_message(annotation, 2, bounds);
  put_message(out, 2, annotation);
}

std::string joined(const AroundData& around, std::string_view data) {
  std::string out;
  out.reserve(around.head.size() + data.size() + around.tail.size());
  return out.append(around.head).append(data).append(around.tail);
}

}  // namespace

AroundData around_data(const Datum& datum) {
  AroundData out;
  if (datum.channels) put_int(out.head, 1, *datum.channels);
  if (datum.height) put_int(out.head, 2, *datum.height);
  if (datum.width) put_int(out.head, 3, *datum.width);
  put_varint(out.head, 4 << 3 | kBytes);
  put_varint(out.head, datum.data.size());
  put_int(out.tail, 5, datum.label);
  for (const float value : datum.float_data) put_float(out.tail, 6, value);
  if (datum.encoded) put_int(out.tail, 7, 1);
  return out;
}

std::string encode(const Datum& datum) { return joined(around_data(datum), datum.data); }

Result<Datum> decode_datum(std::string_view bytes) {
  Datum datum;
  const bool whole =
      each_field(bytes, [&datum](std::uint64_t tag, Wire& wire) { return read_field(wire, tag, datum); });
  if (!whole) return Error(ErrorCode::kCorrupt, "datum.corrupt", "the bytes are no caffe.Datum message");
  return datum;
}

AroundData around_data(const AnnotatedDatum& annotated) {
  std::vector<AnnotatedBox> boxes = annotated.boxes;
  std::stable_sort(boxes.begin(), boxes.end(),
                   [](const AnnotatedBox& a, const AnnotatedBox& b) { return a.group_label < b.group_label; });
  const AroundData datum = around_data(annotated.datum);
  AroundData around;
  put_varint(around.head, 1 << 3 | kBytes);
  put_varint(around.head, datum.head.size() + annotated.datum.data.size() + datum.tail.size());
  around.head += datum.head;
  around.tail = datum.tail;
  std::string& out = around.tail;
  put_int(out, 2, 0);  // BBOX
  for (std::size_t i = 0; i < boxes.size();) {
    const std::uint32_t label = boxes[i].group_label;
    std::string group;
    put_int(group, 1, static_cast<std::int32_t>(label));
    for (std::int32_t instance = 0; i < boxes.size() && boxes[i].group_label == label; ++i, ++instance)
      put_annotation(group, instance, boxes[i]);
    put_message(out, 3, group);
  }
  return around;
}

std::string encode(const AnnotatedDatum& annotated) { return joined(around_data(annotated), annotated.datum.data); }

std::optional<DataPlace> place_of_data(std::string_view front) {
  Wire wire(front);
  std::uint64_t tag = 0;
  std::uint64_t value = 0;
  while (wire.varint(tag)) {
    const bool has_number = (tag & 7) == kVarint || tag == (1 << 3 | kBytes) || tag == (4 << 3 | kBytes);
    if (!has_number || !wire.varint(value)) return std::nullopt;
    if (tag == (4 << 3 | kBytes)) return DataPlace{front.size() - wire.left(), value};
  }
  return std::nullopt;
}

bool is_annotated(std::string_view bytes) { return !bytes.empty() && bytes.front() == (1 << 3 | kBytes); }

Result<AnnotatedDatum> decode_annotated(std::string_view bytes) {
  AnnotatedDatum annotated;
  std::string_view datum;
  const bool whole = each_field(bytes, [&](std::uint64_t tag, Wire& wire) {
    std::string_view group;
    if (tag == (1 << 3 | kBytes)) return take_message(wire, datum);
    if (tag != (3 << 3 | kBytes)) return wire.skip(tag & 7);
    return take_message(wire, group) && read_group(group, annotated.boxes);
  });
  if (!whole) return Error(ErrorCode::kCorrupt, "datum.corrupt", "the bytes are no caffe.AnnotatedDatum message");
  AVA_TRY(annotated.datum, decode_datum(datum));
  return annotated;
}

}  // namespace ava::format
