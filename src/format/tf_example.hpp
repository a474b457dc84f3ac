// The bytes of TFRecord files: the framing with its masked CRC-32C, and tf.train.Example messages inside.
// Layout and vectors: docs/formats/sets.md (tfrecord). The driver that makes a set of it is tfrecord_format.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ava::format {

/// `((c >> 15) | (c << 17)) + 0xa282ead8`: a CRC that may itself lie in data a CRC is taken of.
std::uint32_t masked_crc32c(std::uint32_t crc);
/// The 12 bytes before a record's data: u64 length and its masked CRC.
std::string record_head(std::uint64_t length);
/// The 4 bytes after it. `crc`: CRC-32C of the data.
std::string record_tail(std::uint32_t crc);
/// The length a head names. Errors: kCorrupt `tfrecord.corrupt` when its CRC is wrong.
Result<std::uint64_t> length_of_head(std::string_view head);

/// A list of one of three kinds. Lifetime: decoded texts view into the message.
struct Feature {
  enum class Kind : std::uint8_t { kNone, kBytes, kFloats, kInts };
  Kind kind = Kind::kNone;
  std::vector<std::string_view> texts;
  std::vector<float> floats;
  std::vector<std::int64_t> ints;

  static Feature of(std::vector<std::string_view> texts);
  static Feature of(std::vector<float> floats);
  static Feature of(std::vector<std::int64_t> ints);
};

/// Features by key, which is also the order they are written in.
using Example = std::map<std::string, Feature, std::less<>>;

/// An Example as the bytes around the one text of `picture_key`, so that the picture is not copied.
struct ExampleFrame {
  std::string before;
  std::string after;
};
/// `example` has no feature of that key; `picture_bytes` is the length of the text that will stand there.
ExampleFrame frame_of(const Example& example, std::string_view picture_key, std::uint64_t picture_bytes);
std::string encode(const Example& example);
/// Unknown fields are passed over. Errors: kCorrupt `tfrecord.bad_example`.
Result<Example> decode_example(std::string_view message);

}  // namespace ava::format
