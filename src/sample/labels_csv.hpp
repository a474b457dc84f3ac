// labels.csv: the class names of a set, one bare name per line, line number from 0 = class index. Source: formats.md 9.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ava::sample {

/// Errors: `name.line_break`, `name.empty`, `name.not_utf8`.
Result<std::string> write_labels_csv(std::span<const std::string> names);
/// Bare names, or `index,name` when every first field equals its line number. Errors: `name.not_utf8`.
Result<std::vector<std::string>> read_labels_csv(std::string_view text);

}  // namespace ava::sample
