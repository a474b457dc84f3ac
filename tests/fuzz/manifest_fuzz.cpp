// What batches say about themselves: batch.json, ava-batch.json, and the lines of ava-batch.jsonl.
#include "pipeline/manifest.hpp"

#include "fuzz.hpp"
#include "pipeline/sample_record.hpp"

namespace ava::fuzz {

namespace {

template <class T>
void same_again(std::string_view bytes) {
  const auto first = schema::from_text<T>(bytes);
  if (!first.ok()) return require_plain(first.error());
  const std::string written = schema::to_text(*first);
  const auto second = schema::from_text<T>(written);
  require(second.ok(), "what was written can be read", written);
  require(schema::to_text(*second) == written, "the same text", written);
}

}  // namespace

void one_input(std::string_view bytes) {
  switch (choice(bytes, 3)) {
    case 0:
      return same_again<pipeline::BatchManifest>(bytes);
    case 1:
      return same_again<pipeline::SetManifest>(bytes);
    default:
      return same_again<pipeline::SampleRecord>(bytes);
  }
}

}  // namespace ava::fuzz
