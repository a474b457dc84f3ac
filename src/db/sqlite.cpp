// The SQLite driver: WAL, one writer, synchronous=FULL (a commit survives power loss), statements kept prepared.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <unordered_map>

#include "db/connection.hpp"

namespace ava::db {

namespace {

struct CloseDb {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, CloseDb>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Error sqlite_error(sqlite3* db, std::string_view what) {
  const int code = sqlite3_extended_errcode(db);
  const std::string message = std::string(what) + ": " + sqlite3_errmsg(db);
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error(ErrorCode::kUnavailable, "db.busy", message);
    case SQLITE_CONSTRAINT:
      if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
        return Error(ErrorCode::kConflict, "db.unique", message);
      if (code == SQLITE_CONSTRAINT_FOREIGNKEY) return Error(ErrorCode::kConflict, "db.reference", message);
      return Error(ErrorCode::kConflict, "db.constraint", message);
    case SQLITE_FULL:
      return Error(ErrorCode::kResourceExhausted, "db.full", message).hint("Free space on the database's file system.");
    case SQLITE_CANTOPEN:
      return Error(ErrorCode::kUnavailable, "db.unavailable", message);
    case SQLITE_READONLY:
      return Error(ErrorCode::kPermissionDenied, "db.read_only", message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error(ErrorCode::kCorrupt, "db.corrupt", message);
    case SQLITE_IOERR:
      return Error(ErrorCode::kInternal, "db.io", message);
    default:
      return Error(ErrorCode::kInternal, "db.sql", message);
  }
}

int bind(sqlite3_stmt* statement, int at, const Value& value) {
  struct Binder {
    sqlite3_stmt* statement;
    int at;
    int operator()(std::monostate) const { return sqlite3_bind_null(statement, at); }
    int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, at, number); }
    int operator()(double number) const { return sqlite3_bind_double(statement, at, number); }
    int operator()(const std::string& text) const {
      return sqlite3_bind_text64(statement, at, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    int operator()(const Blob& bytes) const {
      // A null pointer would bind NULL instead of zero bytes.
      const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
      return sqlite3_bind_blob64(statement, at, data, bytes.size(), SQLITE_TRANSIENT);
    }
  };
  return std::visit(Binder{statement, at}, value.cell());
}

Value sqlite_cell(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return Value(static_cast<std::int64_t>(sqlite3_column_int64(statement, column)));
    case SQLITE_FLOAT:
      return Value(sqlite3_column_double(statement, column));
    case SQLITE_BLOB: {
      const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, column));
      return Value(Blob(data, data + sqlite3_column_bytes(statement, column)));
    }
    case SQLITE_TEXT: {
      const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return Value(std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))));
    }
    default:
      return Value();
  }
}

Row::Names column_names(sqlite3_stmt* statement) {
  std::vector<std::string> names;
  for (int i = 0; i < sqlite3_column_count(statement); ++i) names.emplace_back(sqlite3_column_name(statement, i));
  return std::make_shared<const std::vector<std::string>>(std::move(names));
}

class SqliteConnection : public Connection {
 public:
  explicit SqliteConnection(Handle db) : db_(std::move(db)) {}

  Dialect dialect() const override { return Dialect::kSqlite; }
  bool alive() const override { return alive_; }
  Result<bool> was_committed(const std::string&) override { return false; }

  Result<void> begin(Access access) override {
    // IMMEDIATE: a writer queues here, and never finds at its first write that another one was faster.
    return command(access == Access::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
  }
  Result<void> commit() override { return command("COMMIT"); }
  void rollback() override {
    // Some errors (a full disk) have ended the transaction already.
    if (sqlite3_get_autocommit(db_.get()) == 0 && !command("ROLLBACK").ok()) alive_ = false;
  }

  Result<Answer> execute(std::string_view sql, std::span<const Param> params, std::size_t row_limit) override {
    AVA_TRY(sqlite3_stmt * statement, prepared(sql));
    struct Reset {
      sqlite3_stmt* statement;
      ~Reset() {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
      }
    } reset{statement};
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement); ++i) {
      const char* name = sqlite3_bind_parameter_name(statement, i);
      if (name == nullptr)
        return Error(ErrorCode::kInternal, "db.sql", "parameters must have names: " + std::string(sql));
      AVA_TRY(const Value* value, find_param(params, name + 1, sql));
      if (bind(statement, i, *value) != SQLITE_OK) return sqlite_error(db_.get(), "bind");
    }
    return step_all(statement, row_limit);
  }

  /// Statements that need no answer: pragmas, BEGIN, COMMIT.
  Result<void> command(const char* sql) {
    if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return sqlite_error(db_.get(), sql);
    return {};
  }

 private:
  Result<Answer> step_all(sqlite3_stmt* statement, std::size_t row_limit) {
    Answer answer;
    Row::Names names;
    const int columns = sqlite3_column_count(statement);
    const int before = sqlite3_total_changes(db_.get());
    while (true) {
      const int code = sqlite3_step(statement);
      if (code == SQLITE_DONE) break;
      if (code != SQLITE_ROW) return sqlite_error(db_.get(), sqlite3_sql(statement));
      if (answer.rows.size() >= row_limit) continue;
      if (!names) names = column_names(statement);
      std::vector<Value> cells;
      cells.reserve(static_cast<std::size_t>(columns));
      for (int i = 0; i < columns; ++i) cells.push_back(sqlite_cell(statement, i));
      answer.rows.emplace_back(names, std::move(cells));
    }
    // sqlite3_changes() keeps its value over statements that change nothing, so ask whether anything changed at all.
    if (sqlite3_total_changes(db_.get()) != before) answer.touched = sqlite3_changes(db_.get());
    return answer;
  }

  Result<sqlite3_stmt*> prepared(std::string_view sql) {
    const std::string key(sql);
    if (const auto known = statements_.find(key); known != statements_.end()) return known->second.get();
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(db_.get(), key.data(), static_cast<int>(key.size()), SQLITE_PREPARE_PERSISTENT,
                                        &raw, nullptr);
    Statement statement(raw);
    if (code != SQLITE_OK) return sqlite_error(db_.get(), sql);
    if (statement == nullptr) return Error(ErrorCode::kInternal, "db.sql", "empty statement");
    if (statements_.size() >= kStatementLimit) statements_.clear();
    return statements_.emplace(key, std::move(statement)).first->second.get();
  }

  Handle db_;  // before the statements: they must go first
  std::unordered_map<std::string, Statement> statements_;
  bool alive_ = true;
};

}  // namespace

Result<std::unique_ptr<Connection>> connect_sqlite(const std::string& path, Access access) {
  // The file holds password hashes: nobody else may read it. SQLite gives its side files the same mode.
  if (access == Access::kWrite && path != ":memory:")
    if (const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600); made >= 0) ::close(made);
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Handle db(raw);
  if (code != SQLITE_OK)
    return Error(ErrorCode::kUnavailable, "db.unavailable", "open " + path + ": " + sqlite3_errstr(code));
  sqlite3_busy_timeout(db.get(), 2000);
  auto connection = std::make_unique<SqliteConnection>(std::move(db));
  for (const char* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON",
                             "PRAGMA cache_size=-2000", "PRAGMA temp_store=MEMORY"})
    AVA_CHECK(connection->command(pragma).context(path));
  // A reader that writes is a mistake in the program; in memory one connection does both.
  if (access == Access::kRead) AVA_CHECK(connection->command("PRAGMA query_only=ON"));
  return std::unique_ptr<Connection>(std::move(connection));
}

}  // namespace ava::db
