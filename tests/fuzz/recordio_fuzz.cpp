// RecordIO: the reader that finds the next record behind a damaged one, the frames it takes off, and sets of them.
#include "format/recordio.hpp"

#include "base/file.hpp"
#include "sets.hpp"

namespace ava::fuzz {

namespace {

std::string framed(std::string_view payload) {
  std::string out;
  must(format::frame_record({}, payload,
                            [&out](std::string_view piece) -> Result<void> {
                              out += piece;
                              return {};
                            }),
       "a payload of a few bytes in its frame");
  return out;
}

/// What is framed comes back, whatever it holds.
void frame(std::string_view payload) {
  auto reader = must(format::RecordReader::open(as_file(framed(payload) + framed(payload))), "a file");
  std::string back;
  for (int i = 0; i < 2; ++i) {
    require(must(reader.next(back), "a record"), "two records");
    require(back == payload, "the payload that was framed", back);
  }
  require(!must(reader.next(back), "the end"), "no third record");
}

void walk(std::string_view bytes) {
  auto reader = must(format::RecordReader::open(as_file(bytes)), "a file");
  std::string payload;
  for (std::size_t calls = 0; calls <= bytes.size(); ++calls) {
    const auto more = reader.next(payload);
    if (more.ok() && !*more) return;
    if (!more.ok()) {
      require(more.error().slug() == "recordio.corrupt", "damage", more.error().text());
      continue;
    }
    std::string_view picture;
    const auto header = format::decode(payload, picture);
    if (!header.ok()) continue;
    const std::string again = format::encode(*header);
    require(payload.size() == again.size() + picture.size(), "a header of the same size", payload);
  }
  fail("a reader that comes to its end", {});
}

}  // namespace

void one_input(std::string_view bytes) {
  static SetReader sets("recordio");
  switch (choice(bytes, 3)) {
    case 0:
      return walk(bytes);
    case 1:
      return frame(bytes);
    default:
      return sets.walk(bytes);
  }
}

}  // namespace ava::fuzz
