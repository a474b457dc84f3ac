#include "format/tf_example.hpp"

#include <bit>
#include <cstring>
#include <optional>

#include "base/crc32c.hpp"
#include "format/raw_bytes.hpp"

namespace ava::format {

namespace {

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

/// Tag and length of a length-delimited field.
void append_lead(std::string& out, std::uint32_t field, std::uint64_t length) {
  append_varint(out, field << 3 | 2);
  append_varint(out, length);
}

std::uint64_t lead_size(std::uint64_t length) {
  std::uint64_t bytes = 2;  // fields below 16
  for (; length >= 0x80; length >>= 7) ++bytes;
  return bytes;
}

/// BytesList, FloatList or Int64List.
std::string list_of(const Feature& feature) {
  std::string list;
  for (const std::string_view text : feature.texts) {
    append_lead(list, 1, text.size());
    list += text;
  }
  std::string packed;
  for (const float value : feature.floats) append_raw(packed, value);
  for (const std::int64_t value : feature.ints) append_varint(packed, static_cast<std::uint64_t>(value));
  if (!packed.empty()) {
    append_lead(list, 1, packed.size());
    list += packed;
  }
  return list;
}

/// An entry of Features' map up to where its list's bytes begin; the list is `list_size` long.
void append_entry_lead(std::string& out, std::string_view key, Feature::Kind kind, std::uint64_t list_size) {
  const std::uint64_t feature_size = lead_size(list_size) + list_size;
  append_lead(out, 1, lead_size(key.size()) + key.size() + lead_size(feature_size) + feature_size);
  append_lead(out, 1, key.size());
  out += key;
  append_lead(out, 2, feature_size);
  append_lead(out, static_cast<std::uint32_t>(kind), list_size);
}

void append_entry(std::string& out, std::string_view key, const Feature& feature) {
  if (feature.kind == Feature::Kind::kNone) {  // a key whose Feature holds none of the three lists
    append_lead(out, 1, lead_size(key.size()) + key.size() + lead_size(0));
    append_lead(out, 1, key.size());
    out += key;
    append_lead(out, 2, 0);
    return;
  }
  const std::string list = list_of(feature);
  append_entry_lead(out, key, feature.kind, list.size());
  out += list;
}

/// One field of a message: a number, or bytes.
struct Field {
  std::uint32_t number = 0;
  std::uint32_t wire = 0;
  std::uint64_t value = 0;
  std::string_view bytes;
};

std::optional<std::uint64_t> take_varint(std::string_view& from) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < from.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(from[i]);
    value |= std::uint64_t{byte & 0x7Fu} << (7 * i);
    if (byte >= 0x80) continue;
    from.remove_prefix(i + 1);
    return value;
  }
  return std::nullopt;
}

/// The next field of a message; false when it is damaged.
bool take_field(std::string_view& from, Field& field) {
  const auto tag = take_varint(from);
  if (!tag || *tag >> 3 == 0 || *tag >> 32 != 0) return false;
  field = {.number = static_cast<std::uint32_t>(*tag >> 3), .wire = static_cast<std::uint32_t>(*tag & 7)};
  std::uint64_t length = 0;
  if (field.wire == 0 || field.wire == 2) {
    const auto value = take_varint(from);
    if (!value) return false;
    (field.wire == 0 ? field.value : length) = *value;
  } else if (field.wire == 1 || field.wire == 5) {
    length = field.wire == 1 ? 8 : 4;
  } else {
    return false;
  }
  if (length > from.size()) return false;
  field.bytes = from.substr(0, static_cast<std::size_t>(length));
  from.remove_prefix(static_cast<std::size_t>(length));
  return true;
}

/// A field of Int64List or FloatList: packed, or one value.
bool add_numbers(Feature& feature, Field field) {
  if (feature.kind == Feature::Kind::kFloats) {
    if (field.wire != 2 && field.wire != 5) return false;
    if (field.bytes.size() % 4 != 0) return false;
    for (; !field.bytes.empty(); field.bytes.remove_prefix(4))
      feature.floats.push_back(load<float>(field.bytes.data()));
    return true;
  }
  if (field.wire == 0) feature.ints.push_back(static_cast<std::int64_t>(field.value));
  if (field.wire != 0 && field.wire != 2) return false;
  while (!field.bytes.empty()) {
    const auto value = take_varint(field.bytes);
    if (!value) return false;
    feature.ints.push_back(static_cast<std::int64_t>(*value));
  }
  return true;
}

bool read_list(std::string_view list, Feature& feature) {
  Field field;
  while (!list.empty()) {
    if (!take_field(list, field)) return false;
    if (field.number != 1) continue;
    if (feature.kind != Feature::Kind::kBytes) {
      if (!add_numbers(feature, field)) return false;
      continue;
    }
    if (field.wire != 2) return false;
    feature.texts.push_back(field.bytes);
  }
  return true;
}

bool read_entry(std::string_view entry, Example& example) {
  Field field;
  std::string_view key;
  std::string_view value;
  while (!entry.empty()) {
    if (!take_field(entry, field)) return false;
    if (field.number == 1) key = field.bytes;
    if (field.number == 2) value = field.bytes;
  }
  Feature feature;
  while (!value.empty()) {
    if (!take_field(value, field)) return false;
    if (field.number > 3) continue;
    feature = {.kind = static_cast<Feature::Kind>(field.number)};
    if (field.wire != 2 || !read_list(field.bytes, feature)) return false;
  }
  example.insert_or_assign(std::string(key), std::move(feature));
  return true;
}

}  // namespace

std::uint32_t masked_crc32c(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

std::string record_head(std::uint64_t length) {
  std::string head;
  append_raw(head, length);
  append_raw(head, masked_crc32c(crc32c(head)));
  return head;
}

std::string record_tail(std::uint32_t crc) {
  std::string tail;
  append_raw(tail, masked_crc32c(crc));
  return tail;
}

Result<std::uint64_t> length_of_head(std::string_view head) {
  const bool whole =
      head.size() == 12 && load<std::uint32_t>(head.data() + 8) == masked_crc32c(crc32c(head.substr(0, 8)));
  if (!whole) return Error(ErrorCode::kCorrupt, "tfrecord.corrupt", "the length of a record does not match its CRC");
  return load<std::uint64_t>(head.data());
}

Feature Feature::of(std::vector<std::string_view> texts) { return {.kind = Kind::kBytes, .texts = std::move(texts)}; }
Feature Feature::of(std::vector<float> floats) { return {.kind = Kind::kFloats, .floats = std::move(floats)}; }
Feature Feature::of(std::vector<std::int64_t> ints) { return {.kind = Kind::kInts, .ints = std::move(ints)}; }

ExampleFrame frame_of(const Example& example, std::string_view picture_key, std::uint64_t picture_bytes) {
  std::string before;
  std::string after;
  for (const auto& [key, feature] : example) append_entry(key < picture_key ? before : after, key, feature);
  append_entry_lead(before, picture_key, Feature::Kind::kBytes, lead_size(picture_bytes) + picture_bytes);
  append_lead(before, 1, picture_bytes);
  ExampleFrame frame;
  append_lead(frame.before, 1, before.size() + picture_bytes + after.size());
  frame.before += before;
  frame.after = std::move(after);
  return frame;
}

std::string encode(const Example& example) {
  std::string features;
  for (const auto& [key, feature] : example) append_entry(features, key, feature);
  std::string message;
  append_lead(message, 1, features.size());
  return message + features;
}

Result<Example> decode_example(std::string_view message) {
  const auto bad = [] { return Error(ErrorCode::kCorrupt, "tfrecord.bad_example", "a record is no tf.train.Example"); };
  Example example;
  Field field;
  while (!message.empty()) {
    if (!take_field(message, field)) return bad();
    if (field.number != 1) continue;
    std::string_view features = field.bytes;
    Field entry;
    while (!features.empty())
      if (!take_field(features, entry) || (entry.number == 1 && !read_entry(entry.bytes, example))) return bad();
  }
  return example;
}

}  // namespace ava::format
