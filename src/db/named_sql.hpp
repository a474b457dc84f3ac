// Reading SQL text just enough: `:name` to `$1`, a script to statements, column types to those of PostgreSQL.
// Quotes, comments and `::casts` are left alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ava::db {

/// SQL with `$1, $2 ...`; names[0] is the parameter that `$1` stands for.
struct PositionalSql {
  std::string text;
  std::vector<std::string> names;
};

PositionalSql to_positional(std::string_view sql);
/// The statements of a script, without the ';' and without empty ones.
std::vector<std::string> split_statements(std::string_view script);
/// INTEGER -> BIGINT, REAL -> DOUBLE PRECISION, BLOB -> BYTEA, TEXT -> TEXT COLLATE "C" (so that both databases order
/// text by its bytes).
std::string to_postgres_types(std::string_view statement);

}  // namespace ava::db
