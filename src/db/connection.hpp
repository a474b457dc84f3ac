// What a database driver does: one session that runs one transaction at a time. Two drivers: sqlite.cpp, postgres.cpp.
// Internal to db/: repos see Tx, services see Database.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "db/db.hpp"

namespace ava::db {

/// Prepared statements a session keeps; all are forgotten when there are more, as a program with so many makes its SQL
/// up.
constexpr std::size_t kStatementLimit = 200;

/// A statement's whole answer.
struct Answer {
  std::vector<Row> rows;
  int touched = 0;  ///< rows inserted, updated or deleted
};

/// A session. Thread: one at a time.
/// Errors: `db.busy` (try the whole transaction again), `db.lost` (the session is dead), `db.commit_unknown` (it died
/// while committing; `detail("transaction")` lets another session ask was_committed()), else those of Tx.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual Dialect dialect() const = 0;
  virtual Result<void> begin(Access access) = 0;
  virtual Result<Answer> execute(std::string_view sql, std::span<const Param> params, std::size_t row_limit) = 0;
  virtual Result<void> commit() = 0;
  virtual void rollback() = 0;
  /// False when the session must be thrown away.
  virtual bool alive() const = 0;
  /// True when that transaction of another, dead session was committed.
  virtual Result<bool> was_committed(const std::string& transaction) = 0;

  /// The first failure since begin(); the transaction can only be rolled back then, whatever the caller returns.
  const std::optional<Error>& failure() const { return failure_; }
  void note_failure(const Error& error) {
    if (!failure_.has_value()) failure_ = error;
  }
  void clear_failure() { failure_.reset(); }

 private:
  std::optional<Error> failure_;
};

/// Errors: `db.unavailable`, `db.bad_url`.
Result<std::unique_ptr<Connection>> connect_sqlite(const std::string& path, Access access);
Result<std::unique_ptr<Connection>> connect_postgres(const std::string& url, const std::string& schema);

/// Find the parameter of that name. Errors: `db.sql` when the statement asks for what the caller did not give.
Result<const Value*> find_param(std::span<const Param> params, std::string_view name, std::string_view sql);

}  // namespace ava::db
