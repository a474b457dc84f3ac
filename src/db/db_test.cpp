#include "db/db.hpp"

#include <atomic>
#include <thread>

#include "db/connection.hpp"
#include "db/named_sql.hpp"
#include "db/testing.hpp"

namespace ava::db {
namespace {

TEST(NamedSql, TurnsNamesIntoPositionsAndLeavesQuotesCastsAndCommentsAlone) {
  const auto sql = to_positional("SELECT ':no', a::text -- :no\n FROM t WHERE x = :x AND y = :y OR z = :x");
  EXPECT_EQ(sql.text, "SELECT ':no', a::text -- :no\n FROM t WHERE x = $1 AND y = $2 OR z = $1");
  EXPECT_THAT(sql.names, ::testing::ElementsAre("x", "y"));
}

TEST(NamedSql, SplitsAScriptAtSemicolonsOutsideQuotes) {
  EXPECT_THAT(split_statements("A 'x;y'; -- only ; a comment\n;B"), ::testing::ElementsAre("A 'x;y'", "B"));
}

TEST(NamedSql, GivesColumnsTheTypesOfPostgres) {
  EXPECT_EQ(to_postgres_types("CREATE TABLE t (a INTEGER, b REAL, c BLOB DEFAULT 'TEXT')"),
            "CREATE TABLE t (a BIGINT, b DOUBLE PRECISION, c BYTEA DEFAULT 'TEXT')");
}

TEST(Database, RefusesAUrlThatNamesNoDatabase) {
  EXPECT_ERROR(Database::open("mysql://x"), "db.bad_url");
  EXPECT_ERROR(Database::open("sqlite:/no/such/folder/ava.db"), "db.unavailable");
}

class Db : public DatabaseTest {
 protected:
  bool migrated() const override { return false; }
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    const std::string sql =
        "CREATE TABLE things (id TEXT PRIMARY KEY, number INTEGER, ratio REAL, bytes BLOB, "
        "parent TEXT REFERENCES things (id))";
    ASSERT_OK(db().write([&](Tx& tx) { return tx.run(on_postgres() ? to_postgres_types(sql) : sql); }));
  }
  Result<int> add(const std::string& id, std::int64_t number = 0) {
    return db().write([&](Tx& tx) { return add_in(tx, id, number); });
  }
  static Result<int> add_in(Tx& tx, const std::string& id, std::int64_t number) {
    return tx.run("INSERT INTO things (id, number) VALUES (:id, :number)", {{"id", id}, {"number", number}});
  }
  std::int64_t count() {
    auto row = db().read([](Tx& tx) { return tx.one("SELECT COUNT(*) AS n FROM things"); });
    return row.ok() ? (*row)->integer("n") : -1;
  }
};
AVA_ON_EVERY_DATABASE(Db);
/// What can happen only where a server is between us and the data.
class DbServer : public Db {};
INSTANTIATE_TEST_SUITE_P(, DbServer, ::testing::Values(Dialect::kPostgres), [](const auto&) { return "Postgres"; });

TEST_P(Db, GivesBackWhatItWasGiven) {
  const std::int64_t big = (1ll << 62) + 1;
  const Blob bytes{0, 1, 255, 0, 39};
  ASSERT_OK(db().write([&](Tx& tx) {
    return tx.run("INSERT INTO things (id, number, ratio, bytes) VALUES (:id, :n, :r, :b)",
                  {{"id", "名字 'x'"}, {"n", big}, {"r", 0.1 + 0.2}, {"b", bytes}});
  }));
  ASSERT_OK_AND(const auto row, db().read([](Tx& tx) { return tx.one("SELECT * FROM things"); }));
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->text("id"), "名字 'x'");
  EXPECT_EQ(row->integer("number"), big);
  EXPECT_EQ(row->real("ratio"), 0.1 + 0.2);
  EXPECT_EQ(row->blob("bytes"), bytes);
  EXPECT_EQ(row->maybe_text("parent"), std::nullopt);
}

TEST_P(Db, SumsPastThirtyTwoBitsAndAveragesExactly) {
  ASSERT_OK(add("a", 1ll << 40));
  ASSERT_OK(add("b", (1ll << 40) + 1));
  ASSERT_OK_AND(const auto row, db().read([](Tx& tx) {
    return tx.one("SELECT SUM(number) AS total, AVG(number) AS mean, COUNT(*) AS n FROM things");
  }));
  EXPECT_EQ(row->integer("total"), (1ll << 41) + 1);
  EXPECT_EQ(row->real("mean"), static_cast<double>(1ll << 40) + 0.5);
}

TEST_P(Db, WritesAndReadsEmptyBytesAndNothingApart) {
  const auto stored = db().write([](Tx& tx) -> Result<void> {
    AVA_CHECK(tx.run("INSERT INTO things (id, bytes) VALUES (:id, :b)", {{"id", "empty"}, {"b", Blob{}}}));
    AVA_CHECK(tx.run("INSERT INTO things (id, bytes) VALUES (:id, :b)", {{"id", "null"}, {"b", nullptr}}));
    return {};
  });
  ASSERT_OK(stored);
  ASSERT_OK_AND(const auto rows, db().read([](Tx& tx) { return tx.all("SELECT bytes FROM things ORDER BY id"); }));
  EXPECT_FALSE(rows[0].is_null("bytes"));
  EXPECT_TRUE(rows[1].is_null("bytes"));
}

TEST_P(Db, CountsTheRowsItTouched) {
  ASSERT_OK(add("a"));
  ASSERT_OK(add("b"));
  const auto update = [&](const char* id) {
    return db().write([&](Tx& tx) { return tx.run("UPDATE things SET number = 5 WHERE id = :id", {{"id", id}}); });
  };
  ASSERT_OK_AND(const int hit, update("a"));
  ASSERT_OK_AND(const int miss, update("nobody"));
  EXPECT_EQ(hit, 1);
  EXPECT_EQ(miss, 0);
}

TEST_P(Db, NamesTheKindOfAConflict) {
  ASSERT_OK(add("a"));
  EXPECT_ERROR(add("a"), "db.unique");
  EXPECT_ERROR(db().write([](Tx& tx) { return tx.run("INSERT INTO things (id, parent) VALUES ('b', 'nobody')"); }),
               "db.reference");
  EXPECT_ERROR(db().write([](Tx& tx) { return tx.run("SELEKT"); }), "db.sql");
  EXPECT_ERROR(db().write([](Tx& tx) { return tx.run("DELETE FROM things WHERE id = :id"); }), "db.sql");
}

TEST_P(Db, RollsBackOnErrorEvenWhenTheCallerSwallowsIt) {
  ASSERT_OK(add("a"));
  const auto refused = db().write([&](Tx& tx) -> Result<void> {
    AVA_CHECK(add_in(tx, "b", 0));
    return Error(ErrorCode::kConflict, "thing.refused");
  });
  EXPECT_ERROR(refused, "thing.refused");
  const auto swallowed = db().write([&](Tx& tx) -> Result<void> {
    AVA_CHECK(add_in(tx, "c", 0));
    (void)add_in(tx, "a", 0);
    return {};
  });
  EXPECT_ERROR(swallowed, "db.unique");
  EXPECT_EQ(count(), 1);
}

TEST_P(Db, RefusesToWriteInARead) {
  EXPECT_ERROR(db().read([&](Tx& tx) { return add_in(tx, "a", 0); }), "db.read_only");
}

TEST_P(Db, LosesNoIncrementOfManyThreads) {
  ASSERT_OK(add("counter"));
  constexpr int kThreads = 4, kTimes = 25;
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < kTimes; ++i) {
          // Read, then write what was read: only serializable transactions get this right.
          const auto done = db().write([](Tx& tx) -> Result<int> {
            AVA_TRY(const auto row, tx.one("SELECT number FROM things WHERE id = 'counter'"));
            return tx.run("UPDATE things SET number = :n WHERE id = 'counter'", {{"n", row->integer("number") + 1}});
          });
          if (!done.ok()) ++failures;
        }
      });
    }
  }
  EXPECT_EQ(failures, 0);
  ASSERT_OK_AND(const auto row, db().read([](Tx& tx) { return tx.one("SELECT number FROM things"); }));
  EXPECT_EQ(row->integer("number"), kThreads * kTimes);
}

TEST_P(Db, GivesUpAtTheDeadlineWhenEveryConnectionStaysBusy) {
  Options options;
  options.connections = 1;
  options.retry_for = std::chrono::milliseconds(100);
  ASSERT_OK_AND(auto narrow, open_another(options));
  const auto outer = narrow->write([&](Tx&) -> Result<void> {
    return narrow->write([](Tx& tx) -> Result<void> {
      AVA_CHECK(tx.one("SELECT 1 AS one"));
      return {};
    });
  });
  EXPECT_ERROR(outer, "db.pool_exhausted");
}

TEST_P(DbServer, GoesOnAfterTheServerDroppedEverySession) {
  ASSERT_OK(add("a"));
  ASSERT_OK_AND(auto admin, open_another());
  const std::string kill =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%' || "
      ":mark || '%'";
  int tries = 0;
  // Dropped in the middle of the transaction: it runs again on a new session, once and whole.
  const auto done = db().write([&](Tx& tx) -> Result<void> {
    AVA_CHECK(add_in(tx, "b" + std::to_string(tries), 0));
    AVA_CHECK(tx.one("SELECT '" + schema() + "' AS mark"));
    if (++tries == 1) AVA_CHECK(admin->write([&](Tx& other) { return other.all(kill, {{"mark", schema()}}); }));
    AVA_CHECK(add_in(tx, "c", 0));
    return {};
  });
  ASSERT_OK(done);
  EXPECT_EQ(tries, 2);
  EXPECT_EQ(count(), 3);
}

TEST_P(DbServer, DoesAChangeOnceWhenTheSessionDiesInItsCommit) {
  // A trigger that holds the first try inside its COMMIT until the session is killed there.
  const auto prepare = [](Tx& tx) -> Result<void> {
    AVA_CHECK(
        tx.run("CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS "
               "'BEGIN IF NEW.number = 1 THEN PERFORM pg_sleep(20); END IF; RETURN NULL; END'"));
    AVA_CHECK(
        tx.run("CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON things DEFERRABLE INITIALLY DEFERRED "
               "FOR EACH ROW EXECUTE FUNCTION hold()"));
    return {};
  };
  ASSERT_OK(db().write(prepare));
  ASSERT_OK_AND(auto admin, open_another());
  std::atomic<std::int64_t> session = 0;
  std::jthread killer([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto killed = admin->write([&](Tx& tx) {
        return tx.all(
            "SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity WHERE pid = :pid AND wait_event = "
            "'PgSleep'",
            {{"pid", session.load()}});
      });
      if (killed.ok() && !killed->empty()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  int tries = 0;
  const auto done = db().write([&](Tx& tx) -> Result<void> {
    ++tries;
    AVA_CHECK(add_in(tx, "once", tries));
    AVA_TRY(const auto row, tx.one("SELECT pg_backend_pid() AS pid"));
    session = row->integer("pid");
    return {};
  });
  EXPECT_OK(done);
  EXPECT_EQ(tries, 2);
  EXPECT_EQ(count(), 1);
}

TEST_P(DbServer, KnowsWhetherAnotherSessionsTransactionWasCommitted) {
  ASSERT_OK_AND(const auto first, connect_postgres(url(), schema()));
  ASSERT_OK_AND(const auto second, connect_postgres(url(), schema()));
  const auto run = [&](bool commit) -> Result<std::string> {
    AVA_CHECK(first->begin(Access::kWrite));
    AVA_CHECK(first->execute(commit ? "INSERT INTO things (id) VALUES ('a')" : "INSERT INTO things (id) VALUES ('b')",
                             {}, 0));
    AVA_TRY(const Answer answer, first->execute("SELECT pg_current_xact_id()::text AS id", {}, 1));
    if (commit)
      AVA_CHECK(first->commit());
    else
      first->rollback();
    return answer.rows[0].text("id");
  };
  ASSERT_OK_AND(const std::string committed, run(true));
  ASSERT_OK_AND(const std::string rolled_back, run(false));
  EXPECT_TRUE(*second->was_committed(committed));
  EXPECT_FALSE(*second->was_committed(rolled_back));
}

TEST(Sqlite, KeepsItsFileToItself) {
  testing::TempDir folder;
  ASSERT_OK_AND(const auto database, Database::open("sqlite:" + (folder / "ava.db").string()));
  const auto mode = std::filesystem::status(folder / "ava.db").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace ava::db
