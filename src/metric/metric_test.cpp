#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <thread>

#include "base/testing.hpp"
#include "metric/store.hpp"

namespace ava::metric {
namespace {

Batch batch(const std::string& run, std::int64_t seq, std::int64_t first_step, int count,
            const std::string& name = "loss") {
  Batch b{run, "client", seq, {}};
  for (int i = 0; i < count; ++i)
    b.points.push_back({name, {first_step + i, 1000 + first_step + i, std::sin(i * 0.1)}});
  return b;
}

class MetricStore : public ::testing::Test {
 protected:
  void open(Store::Options options = {}) {
    store.reset();
    ASSERT_OK_AND(store, Store::open(dir.path(), options));
  }
  std::uint64_t count(const std::string& run, const std::string& name = "loss") {
    auto all = store->read(run, {.names = {name}});
    return all.ok() && !all->empty() ? all->front().total_points : 0;
  }
  testing::TempDir dir;
  std::unique_ptr<Store> store;
};

TEST_F(MetricStore, GivesBackEveryPointAfterARestart) {
  open();
  ASSERT_OK(store->append(batch("rn_1", 1, 0, 100)));
  open();
  ASSERT_OK_AND(const auto all, store->read("rn_1", {.max_points = 1000}));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].points.size(), 100u);
  EXPECT_EQ(all[0].points[7], (Point{7, 1007, std::sin(7 * 0.1)}));
}

TEST_F(MetricStore, AcknowledgesARepeatedBatchWithoutStoringItTwice) {
  open();
  ASSERT_OK(store->append(batch("rn_1", 1, 0, 10)));
  ASSERT_OK_AND(const auto again, store->append(batch("rn_1", 1, 0, 10)));
  EXPECT_TRUE(again.repeated);
  open();
  ASSERT_OK_AND(const auto later, store->append(batch("rn_1", 1, 0, 10)));
  EXPECT_TRUE(later.repeated);
  EXPECT_EQ(count("rn_1"), 10u);
}

TEST_F(MetricStore, SealsFullLogsAndKeepsExtremesWhenThinning) {
  open({.wal_bytes = 20'000});
  for (int i = 0; i < 50; ++i) ASSERT_OK(store->append(batch("rn_1", i + 1, i * 1000, 1000)));
  Batch spike{"rn_1", "client", 99, {{"loss", {25'500, 5, 1e6}}, {"loss", {60'000, 6, -1e6}}}};
  ASSERT_OK(store->append(spike));
  ASSERT_OK(store->seal());
  ASSERT_OK_AND(const auto all, store->read("rn_1", {.max_points = 100}));
  EXPECT_EQ(all[0].total_points, 50'002u);
  EXPECT_LE(all[0].points.size(), 100u);
  const auto [low, high] = std::minmax_element(all[0].points.begin(), all[0].points.end(),
                                               [](const Point& a, const Point& b) { return a.value < b.value; });
  EXPECT_EQ(low->value, -1e6);
  EXPECT_EQ(high->value, 1e6);
  ASSERT_OK_AND(const auto zoom, store->read("rn_1", {.max_points = 100, .from_step = 100, .to_step = 149}));
  EXPECT_EQ(zoom[0].points.size(), 50u);
}

TEST_F(MetricStore, CountsWhatItCannotKeepAndSummarises) {
  open();
  Batch b{"rn_1", "c", 1, {{"loss", {0, 0, NAN}}, {"", {0, 0, 1}}, {"准确率", {3, 4, 0.5}}, {"准确率", {5, 4, 0.9}}}};
  ASSERT_OK_AND(const auto appended, store->append(b));
  EXPECT_EQ(appended.accepted, 2u);
  EXPECT_EQ(appended.rejected, 2u);
  ASSERT_OK_AND(const auto all, store->summary("rn_1"));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].name, "准确率");
  EXPECT_EQ(all[0].last.value, 0.9);
  EXPECT_EQ(all[0].min, 0.5);
}

TEST_F(MetricStore, ForgetsATornEndAndNothingElse) {
  open();
  ASSERT_OK(store->append(batch("rn_1", 1, 0, 10)));
  store.reset();
  for (const auto& entry : std::filesystem::directory_iterator(dir / "wal"))
    std::ofstream(entry.path(), std::ios::app | std::ios::binary) << "\x40\x00\x00\x00torn";
  open();
  EXPECT_EQ(count("rn_1"), 10u);
}

TEST_F(MetricStore, RemovesARunForGood) {
  open();
  ASSERT_OK(store->append(batch("rn_1", 1, 0, 10)));
  ASSERT_OK(store->append(batch("rn_2", 1, 0, 10)));
  ASSERT_OK(store->remove("rn_1"));
  open();
  EXPECT_EQ(count("rn_1"), 0u);
  EXPECT_EQ(count("rn_2"), 10u);
  EXPECT_ERROR(store->append(batch("../x", 1, 0, 1)), "metric.bad_run");
}

TEST_F(MetricStore, KeepsStepsThatLieFurtherApartThanANumberCounts) {
  constexpr auto kFirst = std::numeric_limits<std::int64_t>::min();
  constexpr auto kLast = std::numeric_limits<std::int64_t>::max();
  open();
  const std::vector<NamedPoint> points = {
      {"loss", {kFirst, kLast, 1}}, {"loss", {kLast, kFirst, 2}}, {"loss", {1, 1, 3}}};
  ASSERT_OK(store->append({"rn_1", "client", 1, points}));
  ASSERT_OK(store->seal());
  open();
  ASSERT_OK_AND(const auto all, store->read("rn_1", {}));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].points, (std::vector<Point>{points[0].point, points[2].point, points[1].point}));
}

TEST_F(MetricStore, NamesADamagedSegment) {
  open();
  ASSERT_OK(store->append(batch("rn_1", 1, 0, 10)));
  ASSERT_OK(store->seal());
  store.reset();
  for (const auto& entry : std::filesystem::directory_iterator(dir / "runs" / "rn_1"))
    std::filesystem::resize_file(entry.path(), 30);
  open();
  EXPECT_ERROR(store->read("rn_1", {}), "metric.corrupt");
}

TEST_F(MetricStore, TakesManyWritersAtOnce) {
  open({.wal_bytes = 50'000});
  std::vector<std::jthread> writers;
  for (int w = 0; w < 4; ++w)
    writers.emplace_back([&, w] {
      for (int i = 0; i < 20; ++i) {
        Batch b = batch("rn_1", i + 1, i * 50, 50, "loss" + std::to_string(w));
        b.client_id = std::to_string(w);
        EXPECT_OK(store->append(std::move(b)));
      }
    });
  writers.clear();
  for (int w = 0; w < 4; ++w) EXPECT_EQ(count("rn_1", "loss" + std::to_string(w)), 1000u);
}

TEST_F(MetricStore, LosesNothingAcknowledgedWhenKilled) {
  for (int round = 0; round < 5; ++round) {
    int acknowledged[2];
    ASSERT_EQ(pipe(acknowledged), 0);
    const std::int64_t base = round * 1000;
    const pid_t child = fork();
    if (child == 0) {
      auto mine = Store::open(dir.path(), {.wal_bytes = 5'000});
      for (std::int64_t i = 0; i < 500 && mine.ok(); ++i) {
        if (!(*mine)->append(batch("rn_1", base + i + 1, (base + i) * 3, 3)).ok()) break;
        if (write(acknowledged[1], "+", 1) != 1) break;
      }
      _exit(0);
    }
    char mark = 0;
    for (int i = 0; i < 7 + round * 11; ++i) ASSERT_EQ(read(acknowledged[0], &mark, 1), 1);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ::close(acknowledged[1]);
    std::uint64_t acks = static_cast<std::uint64_t>(7 + round * 11);
    while (read(acknowledged[0], &mark, 1) == 1) ++acks;
    ::close(acknowledged[0]);
    open();
    ASSERT_OK_AND(const auto all, store->read("rn_1", {.max_points = 100'000, .from_step = base * 3}));
    EXPECT_GE(all.at(0).total_points, acks * 3);
    EXPECT_EQ(all.at(0).total_points % 3, 0u) << "half a batch is visible";
    store.reset();
  }
}

}  // namespace
}  // namespace ava::metric
