#include "db/migrate.hpp"

#include <thread>

#include "db/testing.hpp"

namespace ava::db {
namespace {

class Migrations : public DatabaseTest {
 protected:
  bool migrated() const override { return false; }
};
AVA_ON_EVERY_DATABASE(Migrations);

constexpr Migration kFirst{1, "0001_a.sql",
                           "CREATE TABLE a (id TEXT PRIMARY KEY, big INTEGER); INSERT INTO a VALUES ('x;y', 1)"};
constexpr Migration kSecond{2, "0002_b.sql", "ALTER TABLE a ADD COLUMN ratio REAL"};

TEST_P(Migrations, BringTheBuiltInSchemaUpOnceAndOnlyOnce) {
  ASSERT_OK_AND(const int first, migrate(db()));
  ASSERT_OK_AND(const int again, migrate(db()));
  EXPECT_EQ(first, static_cast<int>(built_in_migrations().size()));
  EXPECT_EQ(again, 0);
}

TEST_P(Migrations, GoForwardFromAnOlderSchemaAndKeepItsRows) {
  const Migration old[] = {kFirst};
  const Migration both[] = {kFirst, kSecond};
  ASSERT_OK(migrate(db(), old));
  ASSERT_OK_AND(const int applied, migrate(db(), both));
  EXPECT_EQ(applied, 1);
  ASSERT_OK_AND(const auto row, db().read([](Tx& tx) { return tx.one("SELECT id, ratio FROM a"); }));
  EXPECT_EQ(row->text("id"), "x;y");
}

TEST_P(Migrations, RefuseASchemaOfANewerProgram) {
  const Migration old[] = {kFirst};
  const Migration both[] = {kFirst, kSecond};
  ASSERT_OK(migrate(db(), both));
  EXPECT_ERROR(migrate(db(), old), "db.schema_newer");
}

TEST_P(Migrations, RefuseAFileChangedAfterItWasApplied) {
  const Migration old[] = {kFirst};
  const Migration edited[] = {{1, "0001_a.sql", "CREATE TABLE a (id TEXT)"}};
  ASSERT_OK(migrate(db(), old));
  EXPECT_ERROR(migrate(db(), edited), "db.schema_edited");
}

TEST_P(Migrations, LeaveNothingOfAFileThatFailsHalfWay) {
  const Migration broken[] = {{1, "0001_a.sql", "CREATE TABLE half (id TEXT); INSERT INTO nowhere VALUES (1)"}};
  EXPECT_ERROR(migrate(db(), broken), "db.migration_failed");
  EXPECT_ERROR(db().read([](Tx& tx) { return tx.all("SELECT * FROM half"); }), "db.sql");
}

TEST_P(Migrations, AreDoneOnceByTwoServersThatStartTogether) {
  ASSERT_OK_AND(auto other, open_another());
  Result<int> theirs = 0;
  std::jthread second([&] { theirs = migrate(*other); });
  const Result<int> ours = migrate(db());
  second.join();
  ASSERT_OK(ours);
  ASSERT_OK(theirs);
  EXPECT_EQ(*ours + *theirs, static_cast<int>(built_in_migrations().size()));
}

}  // namespace
}  // namespace ava::db
