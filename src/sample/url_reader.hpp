// The urls of single lines, in any order: for who knows the rest of them and reads many.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sample/line_scanner.hpp"
#include "sample/list_reader.hpp"

namespace ava::sample {

/// Thread: one at a time.
class UrlReader {
 public:
  explicit UrlReader(ListOptions options) : options_(std::move(options)) {}
  /// What parse_sample() says the url is. Errors: as there.
  Result<std::string> url_of(std::string_view line);

 private:
  ListOptions options_;
  LineScanner scanner_;
  std::string block_;
};

}  // namespace ava::sample
