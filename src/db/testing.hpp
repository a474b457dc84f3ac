// Fixture for tests that need a database: each TEST_P runs on SQLite always, and on PostgreSQL when the environment
// variable AVA_TEST_POSTGRES holds its URL; a fresh, migrated schema per test.
//   class DatasetRepo : public db::DatabaseTest {};
//   AVA_ON_EVERY_DATABASE(DatasetRepo);
//   TEST_P(DatasetRepo, FindsWhatItStored) { ... db() ... }
#pragma once

#include <cstdlib>
#include <memory>
#include <string>

#include "base/id.hpp"
#include "base/log.hpp"
#include "base/testing.hpp"
#include "db/db.hpp"
#include "db/migrate.hpp"

namespace ava::db {

/// A migrated database for one test.
class DatabaseTest : public ::testing::TestWithParam<Dialect> {
 protected:
  void SetUp() override {
    log::set_level(log::Level::kWarn);
    if (GetParam() == Dialect::kPostgres) {
      const char* postgres = std::getenv("AVA_TEST_POSTGRES");
      if (postgres == nullptr || *postgres == '\0') GTEST_SKIP() << "AVA_TEST_POSTGRES names no PostgreSQL server";
      url_ = postgres;
      schema_ = "test_" + random_hex(8);
    } else {
      url_ = "sqlite:" + (folder_ / "ava.db").string();
    }
    ASSERT_OK_AND(db_, open_another());
    if (migrated()) ASSERT_OK(migrate(*db_));
  }

  void TearDown() override {
    if (db_ == nullptr || schema_.empty()) return;
    EXPECT_OK(db_->write([&](Tx& tx) { return tx.run("DROP SCHEMA " + schema_ + " CASCADE"); }));
  }

  /// Overridden by tests of the migrations themselves.
  virtual bool migrated() const { return true; }
  Database& db() { return *db_; }
  bool on_postgres() const { return GetParam() == Dialect::kPostgres; }
  /// A second pool on the same data, as a restarted server would open.
  Result<std::unique_ptr<Database>> open_another(Options options = {}) {
    options.schema = schema_;
    return Database::open(url_, options);
  }
  const std::string& url() const { return url_; }
  const std::string& schema() const { return schema_; }
  const testing::TempDir& folder() const { return folder_; }

 private:
  testing::TempDir folder_;
  std::string url_, schema_;
  std::unique_ptr<Database> db_;
};

}  // namespace ava::db

#define AVA_ON_EVERY_DATABASE(Suite)                                                          \
  INSTANTIATE_TEST_SUITE_P(                                                                   \
      , Suite, ::testing::Values(::ava::db::Dialect::kSqlite, ::ava::db::Dialect::kPostgres), \
      [](const auto& of) { return of.param == ::ava::db::Dialect::kSqlite ? "Sqlite" : "Postgres"; })
