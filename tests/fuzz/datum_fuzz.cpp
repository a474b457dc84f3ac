// Caffe's Datum and AnnotatedDatum: what was read can be written, and is then the same.
#include "format/datum.hpp"

#include "fuzz.hpp"

namespace ava::fuzz {

namespace {

template <class Message, class Decode>
void same_again(std::string_view bytes, Decode decode) {
  const Result<Message> first = decode(bytes);
  if (!first.ok()) return require_plain(first.error());
  const std::string written = format::encode(*first);
  const Result<Message> second = decode(written);
  require(second.ok(), "a message that can be read", written);
  require(format::encode(*second) == written, "the same message", written);
}

}  // namespace

void one_input(std::string_view bytes) {
  same_again<format::Datum>(bytes, format::decode_datum);
  same_again<format::AnnotatedDatum>(bytes, format::decode_annotated);
  if (format::is_annotated(bytes)) return;
  require(!bytes.starts_with("\x0A"), "a message in front is an AnnotatedDatum");
}

}  // namespace ava::fuzz
