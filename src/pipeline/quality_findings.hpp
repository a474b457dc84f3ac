// The table of doubts while it grows: what each code means and how bad it is, in one place.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "pipeline/quality.hpp"

namespace ava::pipeline {

/// Thread: one at a time.
class Findings {
 public:
  explicit Findings(std::size_t examples) : most_(examples) {}
  /// A code that is not in the table is an error of the reader of lists or pictures; `text` says what is wrong.
  void add(std::string_view code, std::uint64_t line, std::string text, std::uint64_t count = 1);
  /// As add(), for those codes whose severity depends on where they were found.
  void add_as(Severity severity, std::string_view what, std::string_view code, std::uint64_t line, std::string text,
              std::uint64_t count = 1);
  /// Sums and findings into the report; examples sorted by line.
  void finish(QualityReport& report);

 private:
  std::size_t most_;
  std::map<std::string, Finding, std::less<>> found_;
};

}  // namespace ava::pipeline
