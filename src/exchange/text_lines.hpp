// Text files line by line: LF or CRLF, a byte order mark and a missing end are fine, memory is that of one line.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "storage/storage.hpp"

namespace ava::exchange {

using OnLine = std::function<Result<void>(std::string_view line, std::uint64_t number)>;
/// Lines without their end, from 1; blank ones are left out. Errors: `text.line_too_long`, those of reader and caller.
Result<void> read_lines(storage::Reader& from, const OnLine& on_line, std::size_t max_line_bytes = 16u << 20);
/// The lines of a text in memory.
std::vector<std::string_view> lines_of(std::string_view text);

/// One row of CSV after another: quotes, doubled quotes, line breaks inside quotes (RFC 4180).
/// Errors: `csv.unclosed_quote`, those of read_lines.
using OnRow = std::function<Result<void>(const std::vector<std::string>& cells, std::uint64_t line)>;
Result<void> read_csv(storage::Reader& from, const OnRow& on_row);

}  // namespace ava::exchange
