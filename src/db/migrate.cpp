#include "db/migrate.hpp"

#include <map>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/log.hpp"
#include "db/named_sql.hpp"

namespace ava::db {

namespace {

constexpr auto kLockName = "SELECT pg_advisory_xact_lock(7233001)";
constexpr auto kLockTable = "LOCK TABLE schema_migrations IN EXCLUSIVE MODE";
constexpr auto kTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations "
    "(version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_ms INTEGER NOT NULL)";
constexpr auto kApplied = "SELECT version, name, sha256 FROM schema_migrations ORDER BY version";
constexpr auto kRecord =
    "INSERT INTO schema_migrations (version, name, sha256, applied_ms) VALUES (:version, :name, :sha256, :now)";

std::string for_dialect(const Tx& tx, const std::string& statement) {
  return tx.dialect() == Dialect::kPostgres ? to_postgres_types(statement) : statement;
}

/// SQLite's writers queue by themselves. On PostgreSQL LOCK TABLE makes a second server wait before its transaction
/// takes its snapshot; after a SELECT it would wait with an old one.
Result<void> lock_history(Tx& tx) {
  if (tx.dialect() == Dialect::kPostgres) AVA_CHECK(tx.run(kLockTable));
  return {};
}

Result<void> make_history(Tx& tx) {
  if (tx.dialect() == Dialect::kPostgres) AVA_CHECK(tx.one(kLockName));
  AVA_CHECK(tx.run(for_dialect(tx, kTable)));
  return {};
}

struct Applied {
  std::string name, sha256;
};

Result<std::map<int, Applied>> applied_in(Tx& tx) {
  AVA_TRY(const auto rows, tx.all(kApplied));
  std::map<int, Applied> applied;
  for (const Row& row : rows)
    applied[static_cast<int>(row.integer("version"))] = {row.text("name"), row.text("sha256")};
  return applied;
}

Result<void> check_history(const std::map<int, Applied>& applied, std::span<const Migration> migrations) {
  std::map<int, std::string> known;
  for (const Migration& migration : migrations) known[migration.version] = to_hex(sha256(migration.sql));
  for (const auto& [version, old] : applied) {
    const auto here = known.find(version);
    if (here == known.end())
      return Error(ErrorCode::kConflict, "db.schema_newer",
                   "the database has " + old.name + ", which this AVA does not know")
          .hint("Start the newer AVA that made it, or restore a backup of the older database.");
    if (here->second != old.sha256)
      return Error(ErrorCode::kConflict, "db.schema_edited", old.name + " was changed after it had been applied")
          .hint("Migrations are never edited: put the file back and add a new one.");
  }
  return {};
}

/// True when it was applied now, false when it had been.
Result<bool> apply(Tx& tx, const Migration& migration, std::span<const Migration> all) {
  AVA_CHECK(lock_history(tx));
  AVA_TRY(const auto applied, applied_in(tx));
  AVA_CHECK(check_history(applied, all));
  if (applied.contains(migration.version)) return false;
  for (const std::string& statement : split_statements(migration.sql)) AVA_CHECK(tx.run(for_dialect(tx, statement)));
  AVA_CHECK(tx.run(kRecord, {{"version", migration.version},
                             {"name", migration.name},
                             {"sha256", to_hex(sha256(migration.sql))},
                             {"now", Clock::system().now_ms()}}));
  return true;
}

}  // namespace

Result<int> migrate(Database& database, std::span<const Migration> migrations) {
  AVA_CHECK(database.write(make_history));
  const auto check = [&](Tx& tx) -> Result<void> {
    AVA_TRY(const auto applied, applied_in(tx));
    return check_history(applied, migrations);
  };
  AVA_CHECK(database.read(check));
  int count = 0;
  for (const Migration& migration : migrations) {
    auto done = database.write([&](Tx& tx) { return apply(tx, migration, migrations); });
    if (!done.ok() && done.error().slug() == "db.sql")
      return Error(ErrorCode::kInternal, "db.migration_failed", done.error().text()).context(migration.name);
    AVA_TRY(const bool fresh, std::move(done).context(migration.name));
    if (!fresh) continue;
    ++count;
    log::info("db", "applied migration {}", migration.name);
  }
  return count;
}

}  // namespace ava::db
