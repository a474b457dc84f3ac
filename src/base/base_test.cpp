#include <algorithm>
#include <atomic>
#include <functional>
#include <set>
#include <thread>

#include "base/bounded_queue.hpp"
#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/testing.hpp"
#include "base/thread_pool.hpp"

namespace ava {
namespace {

struct Noun {
  static constexpr const char* kIdPrefix = "nn";
};

Result<int> half(int n) {
  if (n % 2 != 0) return Error(ErrorCode::kInvalidArgument, "number.odd", "3 is odd").hint("use 4");
  return n / 2;
}
Result<int> quarter(int n) {
  AVA_TRY(const int h, half(n).context("first half"));
  AVA_TRY(const int q, half(h).context("second half"));
  return q;
}

TEST(Result, CarriesTheValueOrTheErrorWithItsContext) {
  EXPECT_EQ(quarter(8).value(), 2);
  const auto bad = quarter(6);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().slug(), "number.odd");
  EXPECT_EQ(bad.error().text(), "second half: 3 is odd");
  EXPECT_EQ(bad.error().hint(), "use 4");
  EXPECT_THAT(bad.error().where(), ::testing::StartsWith("base_test.cpp:"));
}

TEST(Error, DecidesStatusExitCodeAndRetryByItsCode) {
  EXPECT_EQ(http_status(ErrorCode::kConflict), 409);
  EXPECT_EQ(exit_code(ErrorCode::kNotFound), 4);
  EXPECT_TRUE(is_retryable(ErrorCode::kUnavailable));
  EXPECT_FALSE(is_retryable(ErrorCode::kCorrupt));
}

TEST(Clock, WritesAndReadsRfc3339) {
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(parse_time("2018-06-27T19:56:19+08:00").value(), parse_time("2018-06-27T11:56:19Z").value());
  EXPECT_EQ(parse_time(format_time(1'530'000'000'123)).value(), 1'530'000'000'123);
  EXPECT_ERROR(parse_time("yesterday"), "time.bad");
  EXPECT_ERROR(parse_time("2018-13-27T11:56:19Z"), "time.bad");
}

TEST(Id, IsOrderedByTimeAndRefusesAnotherNoun) {
  const auto first = Id<Noun>::make();
  EXPECT_EQ(first.str().size(), 29u);
  EXPECT_OK(Id<Noun>::parse(first.str()));
  EXPECT_ERROR(Id<Noun>::parse("xx_" + new_uuid7()), "id.bad");
  EXPECT_ERROR(Id<Noun>::parse("nn_../../etc/passwd"), "id.bad");
}

TEST(Id, OfTheSameMillisecondAreOrderedToo) {
  std::vector<std::string> ids(5000);
  for (std::string& id : ids) id = new_uuid7();
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end(), std::less_equal<>())) << "each is greater than the one before";
}

TEST(Id, IsNeverGivenTwiceToTwoThreads) {
  std::vector<std::vector<std::string>> of_thread(4, std::vector<std::string>(1000));
  {
    std::vector<std::jthread> threads;
    for (auto& ids : of_thread)
      threads.emplace_back([&ids] {
        for (std::string& id : ids) id = new_uuid7();
      });
  }
  std::set<std::string> all;
  for (const auto& ids : of_thread) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), 4000u);
}

TEST(Id, CarriesTheTimeOfItsBirth) {
  const auto before = static_cast<std::uint64_t>(Clock::system().now_ms());
  std::uint64_t top = 0;  // 10 characters are 50 bits; the first two of the 130 are always 0
  for (const char c : new_uuid7().substr(0, 10))
    top = top * 32 + std::string_view("0123456789abcdefghjkmnpqrstvwxyz").find(c);
  EXPECT_NEAR(static_cast<double>(top), static_cast<double>(before), 2000);
}

TEST(Digest, OfTwoAtOnceAreThoseOfEachAlone) {
  std::string bytes;
  for (std::size_t i = 0; i < 1000; ++i) bytes += static_cast<char>(i * 131 + i / 7);
  const std::string_view all(bytes);
  for (const std::size_t size : {0u, 1u, 63u, 64u, 65u, 500u, 999u})
    for (std::size_t other = 0; other < bytes.size(); other += 37) {
      const auto two = sha256_of_two(all.substr(0, size), all.substr(1, other));
      EXPECT_EQ(two[0], sha256(all.substr(0, size)));
      EXPECT_EQ(two[1], sha256(all.substr(1, other)));
    }
}

TEST(Digest, IsSha256) {
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(from_hex("00ff").value(), std::string("\x00\xff", 2));
  EXPECT_ERROR(from_hex("0g"), "hex.bad");
}

TEST(File, ReplacesAtomicallyAndNamesWhatFailed) {
  const testing::TempDir dir;
  EXPECT_OK(file::write_atomic(dir / "猫.txt", "one"));
  EXPECT_OK(file::write_atomic(dir / "猫.txt", "two"));
  EXPECT_EQ(file::read(dir / "猫.txt").value(), "two");
  EXPECT_EQ(sha256_of_file((dir / "猫.txt").string()).value(), sha256("two"));
  EXPECT_ERROR(file::read(dir / "absent"), "file.not_found");
  EXPECT_ERROR(file::read(dir / "猫.txt", 2), "file.too_large");
  EXPECT_ERROR(file::write_atomic(dir / "no" / "such", "x"), "file.not_found");
}

TEST(File, RefusesNamesThatLeaveTheirFolder) {
  EXPECT_TRUE(file::is_safe_relative("a/图 1.jpg"));
  for (const char* bad : {"", "/a", "a//b", "a/../b", "..", "./a", "a\\b", "a\nb", "\xff"})
    EXPECT_FALSE(file::is_safe_relative(bad)) << bad;
  std::size_t at = 0;
  EXPECT_FALSE(file::is_utf8("ok\xc0\xaf", &at));
  EXPECT_EQ(at, 2u);
}

TEST(Random, DependsOnlyOnKeyAndCounter) {
  const auto key = random_key(7, "split");
  EXPECT_EQ(random_at(key, 3), random_at(random_key(7, "split"), 3));
  EXPECT_NE(random_at(key, 3), random_at(random_key(8, "split"), 3));
  double sum = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    EXPECT_LT(random_below(key, i, 10), 10u);
    sum += random_unit(key, i);
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
}

TEST(Random, NoCounterGivesTheSameForEveryKey) {
  for (std::uint64_t counter = 0; counter < 100; ++counter) {
    std::set<std::uint64_t> values;
    for (std::uint64_t key = 0; key < 100; ++key) values.insert(random_at(key, counter));
    EXPECT_EQ(values.size(), 100u) << counter;
  }
  // So that no change goes unnoticed: shuffles of sets people have made would come out otherwise.
  EXPECT_EQ(random_at(7, 1), 11984929618412882174ull);
}

TEST(BoundedQueue, RefusesWhenFullAndDrainsAfterClose) {
  BoundedQueue<int> queue(1);
  EXPECT_TRUE(queue.try_push(1));
  EXPECT_FALSE(queue.try_push(2));
  queue.close();
  EXPECT_EQ(queue.pop({}), 1);
  EXPECT_EQ(queue.pop({}), std::nullopt);
}

TEST(ThreadPool, FinishesWhatItTook) {
  std::atomic<int> done = 0;
  {
    ThreadPool pool("test", 2, 100);
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(pool.submit([&] { ++done; }));
  }
  EXPECT_EQ(done, 50);
}

}  // namespace
}  // namespace ava
