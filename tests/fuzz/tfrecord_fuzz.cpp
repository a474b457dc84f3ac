// TFRecord: messages of tf.train.Example, and sets of records whose checksums are made to fit, so that what stands
// behind them is reached.
#include <cstring>

#include "base/crc32c.hpp"
#include "format/tf_example.hpp"
#include "sets.hpp"

namespace ava::fuzz {

namespace {

/// A message that is read, written and read says the same. Bytes are compared: a NaN is no other than itself.
void message(std::string_view bytes) {
  const auto example = format::decode_example(bytes);
  if (!example.ok()) return require_plain(example.error());
  const std::string written = format::encode(*example);
  const auto again = format::decode_example(written);
  require(again.ok(), "a message that can be read", written);
  require(again->size() == example->size(), "as many features", written);
  require(format::encode(*again) == written, "the same message", written);
}

/// The records with the checksums they should have.
std::string with_checksums(std::string_view bytes) {
  std::string out(bytes);
  for (std::size_t at = 0; at + 16 <= out.size();) {
    std::uint64_t length = 0;
    std::memcpy(&length, out.data() + at, sizeof length);
    length = std::min<std::uint64_t>(length, out.size() - at - 16);
    out.replace(at, 12, format::record_head(length));
    const std::string_view data = std::string_view(out).substr(at + 12, length);
    out.replace(at + 12 + length, 4, format::record_tail(crc32c(data)));
    at += 16 + length;
  }
  return out;
}

}  // namespace

void one_input(std::string_view bytes) {
  static SetReader sets("tfrecord");
  const std::size_t way = choice(bytes, 3);
  if (way == 0) return message(bytes);
  if (way == 1 || bytes.empty()) return sets.walk(bytes);
  sets.walk(std::string(1, bytes.front()) + with_checksums(bytes.substr(1)));
}

}  // namespace ava::fuzz
