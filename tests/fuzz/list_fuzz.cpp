// Lines of AVA lists: the fast way through them says what the tolerant parser says, and what is written is read again.
#include "fuzz.hpp"
#include "sample/list_writer.hpp"
#include "sample/said.hpp"

namespace ava::fuzz {

namespace {

using sample::Said;

/// The whole file may be refused for its first line; behind a good one every line counts for itself.
const std::string kFirst = "{\"url\":\"http://h/first\",\"type\":\"image\"}\n";

std::string without_end(std::string line) {
  line.pop_back();
  return line;
}

/// The writer gives every box four corners: lines are compared, not samples.
void write_and_read(const sample::Sample& sample) {
  const std::string line = sample::to_line(sample);
  require(line.find('\n') == line.size() - 1, "one line", line);
  const auto again = sample::parse_sample(without_end(line));
  require(again.ok(), "a written line that can be read", line);
  require(sample::to_line(*again) == line, "the same line", line);
}

void each_line(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto sample = sample::parse_sample(text.substr(at, end - at));
    at = end + 1;
    if (!sample.ok()) {
      require_plain(sample.error());
      continue;
    }
    write_and_read(*sample);
    sample::Sample other = *sample;
    sample::to_new_form(other);
    write_and_read(other);
    std::vector<sample::Reject> lost;
    sample::to_old_form(other, lost);
    write_and_read(other);
  }
}

}  // namespace

void one_input(std::string_view bytes) {
  const std::string text = kFirst + std::string(bytes);
  const Said expected = sample::read_singly(text);
  const Said together = sample::read_all(text, {});
  require(together.fault.empty(), "a list that is read to its end", together.fault);
  require(together == expected, "a list says what its lines say", sample::first_difference(expected, together));
  const Said pieces = sample::read_all(text, {.block_bytes = 4096, .only_hook = true});
  require(pieces == expected, "in pieces, too", sample::first_difference(expected, pieces));
  each_line(bytes);
}

}  // namespace ava::fuzz
