#include "db/value.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace ava::db {

namespace {
[[noreturn]] void die(std::string_view column, const char* what) {
  std::fprintf(stderr, "db: column '%.*s': %s\n", static_cast<int>(column.size()), column.data(), what);
  std::abort();
}
}  // namespace

const Value& Row::at(std::string_view column) const {
  for (std::size_t i = 0; i < names_->size(); ++i)
    if ((*names_)[i] == column) return cells_[i];
  die(column, "not in the answer of this statement");
}

std::int64_t Row::integer(std::string_view column) const {
  const Value::Cell& cell = at(column).cell();
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  if (const auto* real = std::get_if<double>(&cell)) return std::llround(*real);
  if (cell.index() == 0) return 0;
  die(column, "is no integer");
}

double Row::real(std::string_view column) const {
  const Value::Cell& cell = at(column).cell();
  if (const auto* real = std::get_if<double>(&cell)) return *real;
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*number);
  if (cell.index() == 0) return 0;
  die(column, "is no number");
}

std::string Row::text(std::string_view column) const {
  const Value::Cell& cell = at(column).cell();
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (cell.index() == 0) return {};
  die(column, "is no text");
}

Blob Row::blob(std::string_view column) const {
  const Value::Cell& cell = at(column).cell();
  if (const auto* bytes = std::get_if<Blob>(&cell)) return *bytes;
  if (cell.index() == 0) return {};
  die(column, "is no blob");
}

std::optional<std::int64_t> Row::maybe_integer(std::string_view column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}
std::optional<double> Row::maybe_real(std::string_view column) const {
  if (is_null(column)) return std::nullopt;
  return real(column);
}
std::optional<std::string> Row::maybe_text(std::string_view column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

}  // namespace ava::db
