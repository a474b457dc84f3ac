// The fast way through plain lines: simdjson finds the tokens of many lines at once, one walk over them fills the
// views; no copy, no allocation. Anything unusual is left to parse_sample(), which knows every tolerance; so each rule
// is written once.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "sample/sample.hpp"
#include "sample/url_check.hpp"

namespace ava::sample {

/// Thread: one at a time. Lifetime: views live until reset().
class LineScanner {
 public:
  LineScanner();
  ~LineScanner();
  /// Begin a block, which must be followed by 64 zero bytes; all earlier views end.
  void reset(std::string_view block, UrlRules urls = {});
  /// Find the tokens of some whole lines of the block. False: at least one of the lines is not plain.
  bool index(std::string_view lines);
  /// Read one line of those indexed last; lines in order, without blanks around. False: not plain; nothing was kept.
  bool scan(std::string_view line, SampleView& view);

  /// Read the line that begins at `at` in the block if it looks like one read before (line_shape.hpp), and return the
  /// place behind its end. Null: scan() it; nothing was kept.
  const char* repeat(const char* at, std::size_t max_bytes, SampleView& view);
  /// Remember how the line looks that scan() has just read; `whole` is the line with its end.
  void learn(std::string_view whole, const SampleView& view);
  /// End the views given so far, keep the block.
  void forget();

  /// Tolerances met on plain lines since reset().
  std::uint64_t version_numbers = 0;
  std::uint64_t several_classes = 0;
  std::uint64_t missing_types = 0;
  std::uint64_t long_urls = 0;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ava::sample
