#include "exchange/text_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "exchange/samples.hpp"

namespace ava::exchange {

namespace {

/// Cells of the rows, fed line by line.
class CsvRows {
 public:
  explicit CsvRows(const OnRow& on_row) : on_row_(on_row) {}

  Result<void> add(std::string_view line, std::uint64_t number) {
    if (quoted_)
      cell_ += '\n';
    else
      first_line_ = number;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (quoted_) {
        if (c != '"') {
          cell_ += c;
        } else if (i + 1 < line.size() && line[i + 1] == '"') {
          cell_ += line[++i];
        } else {
          quoted_ = false;
        }
      } else if (c == '"' && cell_.empty()) {
        quoted_ = true;
      } else if (c == ',') {
        cells_.push_back(std::exchange(cell_, {}));
      } else {
        cell_ += c;
      }
    }
    if (quoted_) return {};
    cells_.push_back(std::exchange(cell_, {}));
    const std::vector<std::string> row = std::exchange(cells_, {});
    return on_row_(row, first_line_);
  }

  Result<void> finish() const {
    if (!quoted_) return {};
    return Error(ErrorCode::kCorrupt, "csv.unclosed_quote", "a quote is not closed")
        .detail("line", std::to_string(first_line_));
  }

 private:
  const OnRow& on_row_;
  std::vector<std::string> cells_;
  std::string cell_;
  bool quoted_ = false;
  std::uint64_t first_line_ = 0;
};

}  // namespace

Result<void> read_lines(storage::Reader& from, const OnLine& on_line, std::size_t max_line_bytes) {
  std::string block(std::size_t{1} << 18, '\0');
  std::string line;
  std::uint64_t number = 0;
  const auto hand_out = [&]() -> Result<void> {
    std::string_view text = line;
    if (++number == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (text.ends_with('\r')) text.remove_suffix(1);
    Result<void> done = trimmed(text).empty() ? Result<void>() : on_line(text, number);
    line.clear();
    return done;
  };
  for (;;) {
    AVA_TRY(const std::size_t got, from.read(block.data(), block.size()));
    if (got == 0) break;
    for (std::string_view rest(block.data(), got); !rest.empty();) {
      const std::size_t end = rest.find('\n');
      line.append(rest.substr(0, end));
      if (line.size() > max_line_bytes)
        return Error(ErrorCode::kCorrupt, "text.line_too_long",
                     fmt::format("line {} is longer than {} bytes", number + 1, max_line_bytes));
      if (end == std::string_view::npos) break;
      AVA_CHECK(hand_out());
      rest.remove_prefix(end + 1);
    }
  }
  return line.empty() ? Result<void>() : hand_out();
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    lines.push_back(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
  }
  return lines;
}

Result<void> read_csv(storage::Reader& from, const OnRow& on_row) {
  CsvRows rows(on_row);
  AVA_CHECK(read_lines(from, [&rows](std::string_view line, std::uint64_t number) { return rows.add(line, number); }));
  return rows.finish();
}

}  // namespace ava::exchange
