// Schema changes: numbered SQL files of /migrations, built into the executable, applied in order, forward only.
#pragma once

#include <span>
#include <string_view>

#include "db/db.hpp"

namespace ava::db {

struct Migration {
  int version;            ///< 1 for 0001_users.sql
  std::string_view name;  ///< "0001_users.sql"
  std::string_view sql;   ///< statements ended by ';', in the dialect of SQLite; types are translated for PostgreSQL
};

/// The files of /migrations as they were when this executable was built.
std::span<const Migration> built_in_migrations();

/// Bring the schema up to date, each file in one transaction, recorded in `schema_migrations` with its SHA-256.
/// Two servers starting at once are fine: one waits. The number of files applied is returned.
/// Errors: `db.schema_newer` (made by a newer AVA), `db.schema_edited` (an applied file was changed since),
/// `db.migration_failed`.
Result<int> migrate(Database& database, std::span<const Migration> migrations = built_in_migrations());

}  // namespace ava::db
