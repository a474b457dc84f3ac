// A contact sheet of before and after, with what labels say drawn on it.
#pragma once

#include <string>
#include <vector>

#include "graph/preview.hpp"

namespace ava::cli {

/// Pairs, two to a row: source left, result right. JPEG or PNG by the name's end. Errors: those of decoding, `file.*`.
Result<void> write_sheet(const std::vector<graph::Shown>& shown, const std::string& path);

}  // namespace ava::cli
