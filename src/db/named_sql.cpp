#include "db/named_sql.hpp"

#include <algorithm>
#include <cctype>

namespace ava::db {

namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Length of the quoted text or comment that starts at `at`; 0 when none does.
std::size_t opaque_length(std::string_view sql, std::size_t at) {
  const char c = sql[at];
  std::size_t end = std::string_view::npos;
  if (c == '\'' || c == '"') {
    // A doubled quote reads as two quoted texts side by side, which is all the same here.
    end = sql.find(c, at + 1);
    return end == std::string_view::npos ? sql.size() - at : end + 1 - at;
  }
  if (sql.substr(at, 2) == "--") {
    end = sql.find('\n', at);
    return end == std::string_view::npos ? sql.size() - at : end - at;
  }
  if (sql.substr(at, 2) == "/*") {
    end = sql.find("*/", at + 2);
    return end == std::string_view::npos ? sql.size() - at : end + 2 - at;
  }
  return 0;
}

std::size_t word_length(std::string_view sql, std::size_t at) {
  std::size_t end = at;
  while (end < sql.size() && is_word(sql[end])) ++end;
  return end - at;
}

bool is_blank(std::string_view statement) {
  for (std::size_t i = 0; i < statement.size();) {
    if (statement[i] == '-' || statement[i] == '/') {
      const std::size_t skip = opaque_length(statement, i);
      if (skip == 0) return false;
      i += skip;
    } else if (std::isspace(static_cast<unsigned char>(statement[i])) != 0) {
      ++i;
    } else {
      return false;
    }
  }
  return true;
}

std::string_view postgres_type(std::string_view word) {
  if (word == "INTEGER") return "BIGINT";
  if (word == "REAL") return "DOUBLE PRECISION";
  if (word == "BLOB") return "BYTEA";
  if (word == "TEXT") return "TEXT COLLATE \"C\"";
  return word;
}

}  // namespace

PositionalSql to_positional(std::string_view sql) {
  PositionalSql out;
  for (std::size_t i = 0; i < sql.size();) {
    if (const std::size_t skip = opaque_length(sql, i); skip > 0) {
      out.text += sql.substr(i, skip);
      i += skip;
    } else if (sql.substr(i, 2) == "::") {
      out.text += "::";
      i += 2;
    } else if (sql[i] == ':' && word_length(sql, i + 1) > 0) {
      const std::string name(sql.substr(i + 1, word_length(sql, i + 1)));
      auto known = std::find(out.names.begin(), out.names.end(), name);
      if (known == out.names.end()) known = out.names.insert(known, name);
      out.text += "$" + std::to_string(known - out.names.begin() + 1);
      i += 1 + name.size();
    } else {
      out.text += sql[i++];
    }
  }
  return out;
}

std::vector<std::string> split_statements(std::string_view script) {
  std::vector<std::string> statements;
  std::string current;
  const auto flush = [&] {
    if (!is_blank(current)) statements.push_back(current);
    current.clear();
  };
  for (std::size_t i = 0; i < script.size();) {
    if (const std::size_t skip = opaque_length(script, i); skip > 0) {
      current += script.substr(i, skip);
      i += skip;
    } else if (script[i] == ';') {
      flush();
      ++i;
    } else {
      current += script[i++];
    }
  }
  flush();
  return statements;
}

std::string to_postgres_types(std::string_view statement) {
  std::string out;
  for (std::size_t i = 0; i < statement.size();) {
    std::size_t skip = opaque_length(statement, i);
    if (skip == 0 && is_word(statement[i])) {
      skip = word_length(statement, i);
      out += postgres_type(statement.substr(i, skip));
    } else {
      skip = std::max<std::size_t>(skip, 1);
      out += statement.substr(i, skip);
    }
    i += skip;
  }
  return out;
}

}  // namespace ava::db
