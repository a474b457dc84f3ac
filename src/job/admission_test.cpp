#include "job/admission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ava::job {
namespace {

Job make_job(const std::string& name, double cpu = 0, std::uint64_t memory = 0) {
  Job job;
  job.subject.name = name;
  job.engine = "process";
  job.cpu_cores = cpu;
  job.memory_bytes = memory;
  return job;
}
std::vector<std::string> names_of(const std::vector<Job>& jobs) {
  std::vector<std::string> names;
  for (const Job& job : jobs) names.push_back(job.subject.name);
  return names;
}
std::vector<std::string> reasons_of(const Admission& decision) {
  std::vector<std::string> all;
  for (const auto& [job, reason] : decision.waiting) all.push_back(job.subject.name + ": " + reason.slug);
  return all;
}
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Admission, StartsTheOldestFirstUpToThePlaces) {
  const auto decision =
      admit({make_job("a"), make_job("b"), make_job("c"), make_job("d")}, {make_job("running")}, {{"process", {3}}}, 0);
  EXPECT_THAT(names_of(decision.start), ElementsAre("a", "b"));
  EXPECT_THAT(reasons_of(decision), ElementsAre("c: wait.slots", "d: wait.turn"));
}

TEST(Admission, ALargeJobIsNotPassedBySmallOnes) {
  const auto decision =
      admit({make_job("large", 4), make_job("small", 1)}, {make_job("running", 2)}, {{"process", {10, 4}}}, 0);
  EXPECT_THAT(decision.start, IsEmpty());
  EXPECT_THAT(reasons_of(decision), ElementsAre("large: wait.cpu", "small: wait.turn"));
  EXPECT_EQ(decision.waiting[0].second.detail, "it asks for 4 cores, 2 are free");
  EXPECT_EQ(decision.waiting[1].second.detail, "1 before it in the queue");
}

TEST(Admission, MemoryIsALimitToo) {
  const auto decision =
      admit({make_job("a", 0, 3u << 20)}, {make_job("r", 0, 2u << 20)}, {{"process", {10, 0, 4u << 20}}}, 0);
  EXPECT_THAT(reasons_of(decision), ElementsAre("a: wait.memory"));
}

TEST(Admission, WhatWillNeverFitIsRefused) {
  const auto decision = admit({make_job("huge", 64), make_job("small", 1)}, {}, {{"process", {10, 4}}}, 0);
  ASSERT_EQ(decision.refuse.size(), 1u);
  EXPECT_EQ(decision.refuse[0].second.slug, "job.does_not_fit");
  EXPECT_THAT(names_of(decision.start), ElementsAre("small"));
}

TEST(Admission, ARetryThatWaitsForItsTimeHoldsBackNobody) {
  Job later = make_job("later");
  later.not_before_ms = 100;
  EXPECT_THAT(names_of(admit({later, make_job("now")}, {}, {{"process", {1}}}, 99).start), ElementsAre("now"));
  EXPECT_THAT(names_of(admit({later, make_job("now")}, {}, {{"process", {1}}}, 100).start), ElementsAre("later"));
}

TEST(Admission, SaysNothingTwiceAndNamesAMissingEngine) {
  Job job = make_job("a");
  auto decision = admit({job}, {}, {}, 0);
  EXPECT_THAT(reasons_of(decision), ElementsAre("a: wait.no_engine"));
  job.waiting = decision.waiting[0].second;
  EXPECT_THAT(admit({job}, {}, {}, 0).waiting, IsEmpty());
}

}  // namespace
}  // namespace ava::job
