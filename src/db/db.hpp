// The database door: open a URL, then read(f) or write(f) with a plain function that gets a transaction.
// One SQL text with `:name` parameters for SQLite and PostgreSQL; columns INTEGER (64 bit), REAL (double), TEXT, BLOB.
// Repos write SQL, services call read/write; no network or storage call inside a transaction.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "db/value.hpp"

namespace ava::db {

class Connection;  // a driver's session: sqlite.cpp, postgres.cpp

enum class Dialect : std::uint8_t { kSqlite, kPostgres };
enum class Access : std::uint8_t { kRead, kWrite };

/// An open transaction. It lives inside read() or write() only; never keep it. After any error return that error:
/// the transaction is over (use `ON CONFLICT ... DO NOTHING` where a duplicate is expected).
/// Errors: `db.unique` (kConflict), `db.reference` (kConflict, a foreign key), `db.constraint` (kConflict),
/// `db.sql` (kInternal, a mistake in the statement), `db.full`, `db.timeout`, `db.read_only`, `db.io`, `db.corrupt`,
/// and those that read() and write() retry by themselves.
class Tx {
 public:
  explicit Tx(Connection& connection) : connection_(connection) {}
  Tx(const Tx&) = delete;
  Tx& operator=(const Tx&) = delete;

  /// Run a statement without an answer; the number of rows it touched.
  Result<int> run(std::string_view sql, std::initializer_list<Param> params = {});
  Result<int> run(std::string_view sql, std::span<const Param> params);
  /// The first row, if any.
  Result<std::optional<Row>> one(std::string_view sql, std::initializer_list<Param> params = {});
  Result<std::optional<Row>> one(std::string_view sql, std::span<const Param> params);
  /// Every row. Cost: they are held in memory, so lists carry a LIMIT.
  Result<std::vector<Row>> all(std::string_view sql, std::initializer_list<Param> params = {});
  Result<std::vector<Row>> all(std::string_view sql, std::span<const Param> params);

  Dialect dialect() const;

 private:
  Connection& connection_;
};

struct Options {
  int connections = 8;                          ///< bound of the pool (SQLite: readers; there is always one writer)
  std::chrono::milliseconds retry_for{10'000};  ///< how long a busy or lost database is tried again
  std::string schema;                           ///< PostgreSQL: search_path, made when absent; tests use one each
};

/// A pool of connections. Thread: any. Lifetime: outlives every service built on it.
class Database {
 public:
  /// "sqlite:/path/ava.db", "sqlite::memory:" (tests; one connection), "postgresql://user@host/db" or "host=...
  /// dbname=...". Errors: `db.bad_url`, `db.unavailable`.
  static Result<std::unique_ptr<Database>> open(std::string_view url, Options options = {});
  virtual ~Database() = default;

  virtual Dialect dialect() const = 0;

  /// Run f(Tx&) -> Result<T> on one consistent snapshot, which cannot write.
  template <class F>
  auto read(F&& f) {
    return run_in(Access::kRead, std::forward<F>(f));
  }
  /// Run f(Tx&) -> Result<T>; commit when it is ok, roll back when it is not. Serializable on both databases.
  /// f is called again after a serialization conflict, a busy file or a lost connection, so it must change nothing
  /// but the database. When write() returns ok the change survives kill -9 and power loss.
  /// Errors: f's, and `db.unavailable` when retry_for is over.
  template <class F>
  auto write(F&& f) {
    return run_in(Access::kWrite, std::forward<F>(f));
  }
  /// One small question to the database, for /readyz.
  Result<void> ping();

 protected:
  /// Begin, call `body`, commit or roll back, with the retries.
  virtual Result<void> transact(Access access, const std::function<Result<void>(Tx&)>& body) = 0;

 private:
  template <class F>
  auto run_in(Access access, F&& f) -> std::invoke_result_t<F&, Tx&> {
    using R = std::invoke_result_t<F&, Tx&>;
    if constexpr (std::is_same_v<R, Result<void>>) {
      return transact(access, [&](Tx& tx) -> Result<void> { return f(tx); });
    } else {
      std::optional<R> answer;
      Result<void> outcome = transact(access, [&](Tx& tx) -> Result<void> {
        answer.emplace(f(tx));
        if (!answer->ok()) return answer->error();
        return {};
      });
      if (!outcome.ok()) return std::move(outcome).error();
      return std::move(*answer);
    }
  }
};

}  // namespace ava::db
