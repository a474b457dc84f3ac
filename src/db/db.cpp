#include "db/db.hpp"

#include <algorithm>
#include <thread>

#include "base/log.hpp"
#include "base/random.hpp"
#include "db/connection.hpp"
#include "db/pool.hpp"

namespace ava::db {

namespace {

using Steady = std::chrono::steady_clock;

/// Worth another try of the whole transaction.
bool is_transient(const Error& error) {
  return error.slug() == "db.busy" || error.slug() == "db.lost" || error.slug() == "db.commit_unknown";
}

Result<Answer> execute(Connection& connection, std::string_view sql, std::span<const Param> params,
                       std::size_t row_limit) {
  if (connection.failure().has_value()) return *connection.failure();
  auto answer = connection.execute(sql, params, row_limit);
  if (!answer.ok()) connection.note_failure(answer.error());
  return answer;
}

/// One try: begin, body, commit; rolled back on any failure.
Result<void> attempt(Connection& connection, Access access, const std::function<Result<void>(Tx&)>& body) {
  connection.clear_failure();
  AVA_CHECK(connection.begin(access));
  Tx tx(connection);
  Result<void> outcome = body(tx);
  // A body that swallowed or reworded a statement's failure must not make it look like success or hide a retry.
  if (connection.failure().has_value() && (outcome.ok() || is_transient(*connection.failure())))
    outcome = *connection.failure();
  if (outcome.ok()) outcome = connection.commit();
  if (!outcome.ok()) connection.rollback();
  return outcome;
}

/// 2 ms doubling to 250 ms, each between half and full, so that losers of one conflict do not meet again.
std::chrono::microseconds backoff(int tries, std::uint64_t salt) {
  const double full_us = std::min(250'000.0, 2000.0 * static_cast<double>(1u << std::min(tries, 10)));
  return std::chrono::microseconds(
      static_cast<std::int64_t>(full_us * (0.5 + 0.5 * random_unit(salt, static_cast<std::uint64_t>(tries)))));
}

/// Database over two lanes of connections: SQLite has one writer and many readers, PostgreSQL one lane for both.
class PooledDatabase : public Database {
 public:
  PooledDatabase(Dialect dialect, Options options, std::shared_ptr<Pool> readers, std::shared_ptr<Pool> writers)
      : dialect_(dialect), options_(std::move(options)), readers_(std::move(readers)), writers_(std::move(writers)) {}

  Dialect dialect() const override { return dialect_; }

 protected:
  Result<void> transact(Access access, const std::function<Result<void>(Tx&)>& body) override {
    Pool& pool = access == Access::kRead ? *readers_ : *writers_;
    const auto deadline = Steady::now() + options_.retry_for;
    const auto salt = static_cast<std::uint64_t>(Steady::now().time_since_epoch().count());
    for (int tries = 0;; ++tries) {
      Result<void> outcome = try_once(pool, deadline, access, body);
      if (outcome.ok() || !is_transient(outcome.error())) return outcome;
      if (outcome.error().slug() == "db.commit_unknown") {
        AVA_TRY(const bool committed, resolve_commit(pool, deadline, outcome.error()));
        if (committed) return {};
      }
      const auto pause = backoff(tries, salt);
      if (Steady::now() + pause >= deadline)
        return Error(ErrorCode::kUnavailable, "db.unavailable", "gave up: " + outcome.error().text());
      if (tries == 6) log::warn("db", "still trying: {}", outcome.error().text());
      std::this_thread::sleep_for(pause);
    }
  }

 private:
  static Result<void> try_once(Pool& pool, Steady::time_point deadline, Access access,
                               const std::function<Result<void>(Tx&)>& body) {
    auto lease = pool.acquire(deadline);
    if (!lease.ok()) {
      // A server that refuses for a moment (restart, too many clients) is worth the same patience as a lost session.
      if (lease.error().slug() == "db.unavailable" && Steady::now() < deadline)
        return Error(ErrorCode::kUnavailable, "db.lost", lease.error().text());
      return lease.error();
    }
    return attempt(**lease, access, body);
  }

  /// Ask another session whether the transaction whose COMMIT got no answer was committed.
  Result<bool> resolve_commit(Pool& pool, Steady::time_point deadline, const Error& error) {
    const std::string transaction = error.details().at("transaction");
    for (int tries = 0; Steady::now() < deadline; ++tries) {
      if (auto lease = pool.acquire(deadline); lease.ok())
        if (auto known = (*lease)->was_committed(transaction); known.ok()) return known;
      std::this_thread::sleep_for(backoff(tries + 4, 0));
    }
    return Error(ErrorCode::kUnavailable, "db.unavailable", "cannot tell whether the change was committed")
        .hint("Look at the state before you try again.");
  }

  Dialect dialect_;
  Options options_;
  std::shared_ptr<Pool> readers_, writers_;
};

}  // namespace

Result<const Value*> find_param(std::span<const Param> params, std::string_view name, std::string_view sql) {
  for (const Param& param : params)
    if (param.name == name) return &param.value;
  return Error(ErrorCode::kInternal, "db.sql",
               "no parameter '" + std::string(name) + "' given for: " + std::string(sql));
}

Result<int> Tx::run(std::string_view sql, std::span<const Param> params) {
  AVA_TRY(const Answer answer, execute(connection_, sql, params, 0));
  return answer.touched;
}
Result<std::optional<Row>> Tx::one(std::string_view sql, std::span<const Param> params) {
  AVA_TRY(Answer answer, execute(connection_, sql, params, 1));
  if (answer.rows.empty()) return std::optional<Row>();
  return std::optional<Row>(std::move(answer.rows.front()));
}
Result<std::vector<Row>> Tx::all(std::string_view sql, std::span<const Param> params) {
  AVA_TRY(Answer answer, execute(connection_, sql, params, SIZE_MAX));
  return std::move(answer.rows);
}
Result<int> Tx::run(std::string_view sql, std::initializer_list<Param> params) {
  return run(sql, std::span<const Param>(params.begin(), params.size()));
}
Result<std::optional<Row>> Tx::one(std::string_view sql, std::initializer_list<Param> params) {
  return one(sql, std::span<const Param>(params.begin(), params.size()));
}
Result<std::vector<Row>> Tx::all(std::string_view sql, std::initializer_list<Param> params) {
  return all(sql, std::span<const Param>(params.begin(), params.size()));
}
Dialect Tx::dialect() const { return connection_.dialect(); }

Result<void> Database::ping() {
  return read([](Tx& tx) -> Result<void> {
    AVA_CHECK(tx.one("SELECT 1 AS one"));
    return {};
  });
}

Result<std::unique_ptr<Database>> Database::open(std::string_view url, Options options) {
  const auto bound = static_cast<std::size_t>(std::clamp(options.connections, 1, 100));
  std::shared_ptr<Pool> readers, writers;
  Dialect dialect = Dialect::kPostgres;
  constexpr std::string_view kSqlite = "sqlite:";
  if (url.substr(0, kSqlite.size()) == kSqlite) {
    dialect = Dialect::kSqlite;
    const std::string path(url.substr(kSqlite.size()));
    if (path.empty()) return Error(ErrorCode::kInvalidArgument, "db.bad_url", "sqlite: needs a path");
    writers = std::make_shared<Pool>(1, [path] { return connect_sqlite(path, Access::kWrite); });
    const bool in_memory = path == ":memory:";  // every connection would be a database of its own
    readers =
        in_memory ? writers : std::make_shared<Pool>(bound, [path] { return connect_sqlite(path, Access::kRead); });
  } else if (url.substr(0, 11) == "postgres://" || url.substr(0, 13) == "postgresql://" ||
             url.find('=') != std::string_view::npos) {
    const std::string text(url), schema = options.schema;
    writers = std::make_shared<Pool>(bound, [text, schema] { return connect_postgres(text, schema); });
    readers = writers;
  } else {
    return Error(ErrorCode::kInvalidArgument, "db.bad_url", "'" + std::string(url) + "' names no database")
        .hint("Use sqlite:/path/to/ava.db or postgresql://user@host/name.");
  }
  // The writer makes the SQLite file, so it comes first.
  AVA_CHECK(writers->check());
  return std::unique_ptr<Database>(
      std::make_unique<PooledDatabase>(dialect, std::move(options), std::move(readers), std::move(writers)));
}

}  // namespace ava::db
