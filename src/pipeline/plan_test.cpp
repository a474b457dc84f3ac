#include "pipeline/plan.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "base/testing.hpp"

namespace ava::pipeline {
namespace {

using Sizes = std::vector<std::uint64_t>;

std::vector<Share> shares(double train, double val, double test = 0) {
  return {{"train", train}, {"val", val}, {"test", test}};
}

TEST(SplitSizes, FollowTheVectors) {
  EXPECT_EQ(split_sizes(50000, shares(70, 30)).value(), (Sizes{35000, 15000, 0}));
  EXPECT_EQ(split_sizes(10, shares(70, 30)).value(), (Sizes{7, 3, 0}));
  EXPECT_EQ(split_sizes(3, shares(70, 30)).value(), (Sizes{2, 1, 0}));
  EXPECT_EQ(split_sizes(1, shares(70, 30)).value(), (Sizes{1, 0, 0}));
}

TEST(SplitSizes, LeaveTheRestOutWhenTheSharesAreBelowHundred) {
  EXPECT_EQ(split_sizes(10, shares(50, 20)).value(), (Sizes{5, 2, 0}));
  EXPECT_EQ(split_sizes(10, shares(33.3, 33.3, 33.4)).value(), (Sizes{3, 3, 4}));
  EXPECT_EQ(split_sizes(1, shares(50, 50)).value(), (Sizes{1, 0, 0}));
}

TEST(SplitSizes, RefuseAbsurdPercentages) {
  for (const auto& bad : {shares(70, 40), shares(-1, 50), shares(0, 0), shares(101, 0),
                          shares(std::numeric_limits<double>::quiet_NaN(), 1), shares(1e300, 0)})
    EXPECT_ERROR(split_sizes(10, bad), "split.bad");
  EXPECT_EQ(split_sizes(10, shares(170, 0)).error().pointer(), "/splits/train");
}

/// 60 cats, 30 dogs, 10 birds, mixed.
std::vector<std::uint32_t> hundred() {
  std::vector<std::uint32_t> class_of;
  for (int i = 0; i < 10; ++i)
    for (const std::uint32_t c : {0, 0, 1, 0, 0, 1, 0, 0, 1, 2}) class_of.push_back(c);
  return class_of;
}
const std::vector<std::string> kNames = {"猫", "dog", "Bird"};

std::map<std::string, int> classes_of(const Plan& plan, std::size_t from, std::size_t to) {
  const auto class_of = hundred();
  std::map<std::string, int> count;
  for (std::size_t i = from; i < to; ++i) ++count[kNames[class_of[plan.order[i]]]];
  return count;
}

TEST(Plan, EveryPartHasEachClassInProportion) {
  ASSERT_OK_AND(const Plan plan, make_plan(hundred(), kNames, {.shares = shares(70, 20, 10), .seed = 7}));
  EXPECT_EQ(plan.sizes, (Sizes{70, 20, 10}));
  EXPECT_EQ(classes_of(plan, 0, 70), (std::map<std::string, int>{{"猫", 42}, {"dog", 21}, {"Bird", 7}}));
  EXPECT_EQ(classes_of(plan, 70, 90), (std::map<std::string, int>{{"猫", 12}, {"dog", 6}, {"Bird", 2}}));
  EXPECT_EQ(classes_of(plan, 90, 100), (std::map<std::string, int>{{"猫", 6}, {"dog", 3}, {"Bird", 1}}));
}

TEST(Plan, UsesEveryItemOnce) {
  for (const bool stratify : {true, false}) {
    ASSERT_OK_AND(Plan plan, make_plan(hundred(), kNames, {.shares = shares(33, 21, 46), .stratify = stratify}));
    std::sort(plan.order.begin(), plan.order.end());
    for (std::uint32_t i = 0; i < 100; ++i) ASSERT_EQ(plan.order[i], i);
  }
}

TEST(Plan, TotalsFollowTheSizesWhateverTheClasses) {
  std::vector<std::uint32_t> class_of;
  std::vector<std::string> names;
  for (std::uint32_t c = 0; c < 17; ++c) {
    names.push_back("c" + std::to_string(c));
    for (std::uint32_t i = 0; i <= c * c % 11; ++i) class_of.push_back(c);
  }
  for (double train = 1; train < 100; train += 7) {
    ASSERT_OK_AND(const Plan plan, make_plan(class_of, names, {.shares = shares(train, 100 - train)}));
    EXPECT_EQ(plan.sizes, split_sizes(class_of.size(), shares(train, 100 - train)).value());
    EXPECT_EQ(plan.order.size(), class_of.size());
  }
}

TEST(Plan, NumbersClassesByTheirBytes) {
  ASSERT_OK_AND(const Plan plan, make_plan(hundred(), kNames, {.shares = shares(100, 0)}));
  EXPECT_EQ(plan.classes, (std::vector<std::string>{"Bird", "dog", "猫"}));
  EXPECT_EQ(plan.class_index, (std::vector<std::uint32_t>{2, 1, 0, kNoClass}));
}

TEST(Plan, TheSeedDecidesTheOrderAndNothingElse) {
  const PlanOptions seven{.shares = shares(70, 30), .seed = 7};
  const PlanOptions eight{.shares = shares(70, 30), .seed = 8};
  ASSERT_OK_AND(const Plan first, make_plan(hundred(), kNames, seven));
  ASSERT_OK_AND(const Plan again, make_plan(hundred(), kNames, seven));
  ASSERT_OK_AND(const Plan other, make_plan(hundred(), kNames, eight));
  EXPECT_EQ(first.order, again.order);
  EXPECT_NE(first.order, other.order);
  // The first draws are part of the contract: a batch made today can be made again in ten years.
  EXPECT_EQ(std::vector<std::uint32_t>(first.order.begin(), first.order.begin() + 5),
            (std::vector<std::uint32_t>{28, 93, 65, 78, 84}));
}

TEST(Plan, WithoutShuffleThePartsKeepTheListOrder) {
  ASSERT_OK_AND(const Plan plan, make_plan(hundred(), kNames, {.shares = shares(70, 30), .shuffle = false}));
  EXPECT_TRUE(std::is_sorted(plan.order.begin(), plan.order.begin() + 70));
  EXPECT_TRUE(std::is_sorted(plan.order.begin() + 70, plan.order.end()));
}

TEST(Plan, ListsWhatTheClassLimitsLeaveOut) {
  ASSERT_OK_AND(const Plan plan,
                make_plan(hundred(), kNames, {.shares = shares(50, 0), .min_per_class = 20, .max_per_class = 40}));
  EXPECT_EQ(plan.below_min.size(), 10u);
  EXPECT_EQ(plan.above_max.size(), 20u);
  EXPECT_EQ(plan.not_in_any_part.size(), 35u);
  EXPECT_EQ(plan.order.size(), 35u);
  EXPECT_EQ(plan.classes, (std::vector<std::string>{"dog", "猫"}));
  EXPECT_EQ(plan.class_index[2], kNoClass);
}

TEST(Plan, SkipsItemsThatAreNotThere) {
  auto class_of = hundred();
  class_of[3] = kNoClass;
  ASSERT_OK_AND(const Plan plan, make_plan(class_of, kNames, {.shares = shares(100, 0)}));
  EXPECT_EQ(plan.order.size(), 99u);
  EXPECT_EQ(std::count(plan.order.begin(), plan.order.end(), 3u), 0);
  EXPECT_ERROR(make_plan({}, {}, {.shares = shares(100, 0)}), "batch.no_samples");
}

/// Groups of `size` neighbours; the rest of the items stand alone.
std::vector<std::uint32_t> groups_of(std::size_t items, std::size_t size, std::size_t grouped) {
  std::vector<std::uint32_t> group_of(items);
  for (std::size_t i = 0; i < items; ++i)
    group_of[i] = static_cast<std::uint32_t>(i < grouped ? i / size : 1'000'000 + i);
  return group_of;
}

TEST(PlanWithGroups, NeverCutsAGroupAndStaysNearTheShares) {
  for (const std::uint64_t seed : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    for (const std::size_t size : {2, 3, 5, 10}) {
      const auto group_of = groups_of(100, size, 90);
      const auto plan =
          make_plan(hundred(), kNames, {.shares = shares(70, 20, 10), .seed = seed, .group_of = group_of});
      ASSERT_OK(plan);
      std::map<std::uint32_t, std::size_t> part_of_group;
      std::size_t at = 0;
      for (std::size_t p = 0; p < 3; ++p)
        for (std::size_t end = at + plan->sizes[p]; at < end; ++at)
          EXPECT_EQ(part_of_group.try_emplace(group_of[plan->order[at]], p).first->second, p);
      EXPECT_EQ(at, 100u);
      EXPECT_NEAR(static_cast<double>(plan->sizes[0]), 70, static_cast<double>(size));
      EXPECT_NEAR(static_cast<double>(plan->sizes[1]), 20, static_cast<double>(size));
    }
}

TEST(PlanWithGroups, WithoutAnyGroupTheSharesAreExact) {
  const auto alone = groups_of(100, 1, 0);
  ASSERT_OK_AND(const Plan with,
                make_plan(hundred(), kNames, {.shares = shares(70, 20), .seed = 7, .group_of = alone}));
  ASSERT_OK_AND(const Plan without, make_plan(hundred(), kNames, {.shares = shares(70, 20), .seed = 7}));
  EXPECT_EQ(with.order, without.order);
  EXPECT_EQ(with.sizes, (Sizes{70, 20, 0}));
  EXPECT_EQ(with.not_in_any_part.size(), 10u);
}

}  // namespace
}  // namespace ava::pipeline
