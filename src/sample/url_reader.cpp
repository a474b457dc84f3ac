#include "sample/url_reader.hpp"

namespace ava::sample {

Result<std::string> UrlReader::url_of(std::string_view line) {
  constexpr std::size_t kPadding = 64;  // what the scanner reads beyond the end
  block_.assign(line).append(1, '\n').append(kPadding, '\0');
  const std::string_view whole(block_.data(), line.size() + 1);
  scanner_.reset(whole, options_.plain_urls());
  SampleView view;
  if (scanner_.repeat(whole.data(), options_.max_line_bytes, view) != nullptr) return std::string(view.url);
  if (scanner_.index(whole) && scanner_.scan(whole.substr(0, line.size()), view)) {
    scanner_.learn(whole, view);
    return std::string(view.url);
  }
  AVA_TRY(Sample sample, parse_sample(line, options_));
  return std::move(sample.url);
}

}  // namespace ava::sample
