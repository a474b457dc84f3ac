// Says what is wrong with text that should be JSON: line, column, what was expected, and a fix that can be applied.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ava::sample {

/// One fault. Units: line and column from 1, the column counts characters (code points).
struct Diagnostic {
  std::uint64_t line = 1;
  std::uint64_t column = 1;
  std::string problem;   ///< "`\"type\"` follows a value"
  std::string fix;       ///< "insert `,` after `\"face\"` at the end of line 6"
  bool applied = false;  ///< the search for more faults went on with the fix in place
};

/// Faults in order, each found with the fixes before it applied; empty when the text is one JSON value.
/// Stops at `limit` or at a fault without a mechanical fix. Source: formats.md 2.8.
std::vector<Diagnostic> diagnose(std::string_view text, std::size_t limit = 20);

/// The text with every mechanical fix of diagnose() applied; `complete` tells whether it is JSON now.
std::string repair(std::string_view text, bool* complete = nullptr);

}  // namespace ava::sample
