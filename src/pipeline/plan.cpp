#include "pipeline/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.hpp"
#include "pipeline/given_parts.hpp"

namespace ava::pipeline {

namespace {

constexpr double kTolerance = 1e-9;

Error bad_share(std::string_view message, std::string_view name = {}) {
  Error error(ErrorCode::kInvalidArgument, "split.bad", message);
  return name.empty() ? error : std::move(error).at(fmt::format("/splits/{}", name));
}

Result<double> sum_of(std::span<const Share> shares) {
  double sum = 0;
  for (const Share& share : shares) {
    if (!(share.percent >= 0 && share.percent <= 100))
      return bad_share(fmt::format("{} is {} %; a share is from 0 to 100", share.name, share.percent), share.name);
    sum += share.percent;
  }
  if (sum > 100 + kTolerance) return bad_share(fmt::format("the shares add up to {} %, more than 100", sum));
  if (sum <= 0) return bad_share("no part gets anything: every share is 0");
  return sum;
}

/// Fisher-Yates; draw i depends on the seed and i alone.
void shuffle(std::vector<std::uint32_t>& items, std::uint64_t seed) {
  const std::uint64_t key = random_key(seed, "shuffle");
  for (std::size_t left = items.size(); left > 1; --left)
    std::swap(items[left - 1], items[random_below(key, left, left)]);
}

/// Share `total` among classes in proportion to `left` (largest remainder, ties to the lower class), and take it off.
std::vector<std::uint64_t> take_quota(std::vector<std::uint64_t>& left, std::uint64_t total) {
  const std::uint64_t all = std::accumulate(left.begin(), left.end(), std::uint64_t{0});
  std::vector<std::uint64_t> quota(left.size(), 0);
  std::vector<std::pair<std::uint64_t, std::size_t>> remainders;
  std::uint64_t given = 0;
  for (std::size_t c = 0; c < left.size() && all > 0; ++c) {
    const auto exact = static_cast<unsigned __int128>(left[c]) * total;
    quota[c] = static_cast<std::uint64_t>(exact / all);
    given += quota[c];
    if (exact % all != 0) remainders.emplace_back(static_cast<std::uint64_t>(exact % all), c);
  }
  std::stable_sort(remainders.begin(), remainders.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; given < total; ++i, ++given) ++quota[remainders[i].second];
  for (std::size_t c = 0; c < left.size(); ++c) left[c] -= quota[c];
  return quota;
}

/// Drop classes below the minimum and cut those above the maximum; `items` keeps its order.
void apply_limits(std::vector<std::uint32_t>& items, std::span<const std::uint32_t> class_of, std::size_t classes,
                  const PlanOptions& options, Plan& plan) {
  std::vector<std::uint64_t> count(classes, 0);
  for (const std::uint32_t item : items) ++count[class_of[item]];
  std::vector<std::uint64_t> kept(classes, 0);
  std::erase_if(items, [&](std::uint32_t item) {
    const std::uint32_t cls = class_of[item];
    if (count[cls] < options.min_per_class) return plan.below_min.push_back(item), true;
    if (options.max_per_class > 0 && kept[cls] >= options.max_per_class) return plan.above_max.push_back(item), true;
    ++kept[cls];
    return false;
  });
  std::sort(plan.below_min.begin(), plan.below_min.end());
  std::sort(plan.above_max.begin(), plan.above_max.end());
}

/// Number the classes that still have items by the UTF-8 bytes of their names.
void index_classes(std::span<const std::uint32_t> items, std::span<const std::uint32_t> class_of,
                   std::span<const std::string> names, bool all, Plan& plan) {
  std::vector<bool> used(names.size() + 1, all);
  for (const std::uint32_t item : items) used[class_of[item]] = true;
  std::vector<std::uint32_t> sorted;
  for (std::uint32_t c = 0; c < names.size(); ++c)
    if (used[c]) sorted.push_back(c);
  // std::string compares as unsigned bytes.
  std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) { return names[a] < names[b]; });
  plan.class_index.assign(names.size() + 1, kNoClass);
  for (const std::uint32_t c : sorted) {
    plan.class_index[c] = static_cast<std::uint32_t>(plan.classes.size());
    plan.classes.push_back(names[c]);
  }
  if (used[names.size()]) plan.class_index[names.size()] = static_cast<std::uint32_t>(plan.classes.size());
}

/// Gives every item a part. What no part wants (shares below 100 %) goes to the last, virtual one.
class Assigner {
 public:
  Assigner(std::span<const std::uint32_t> items, std::span<const std::uint32_t> class_of, const PlanOptions& options,
           const Plan& plan)
      : items_(items), class_of_(class_of), options_(options), plan_(plan) {
    const std::size_t classes = options.stratify ? plan.classes.size() + 1 : 1;
    std::vector<std::uint64_t> left(classes, 0);
    for (std::size_t i = 0; i < items.size(); ++i) ++left[class_at(i)];
    for (const std::uint64_t size : plan.sizes) wanted_.push_back(signed_of(take_quota(left, size)));
    wanted_.push_back(signed_of(left));
    for (const Wanted& wanted : wanted_)
      room_.push_back(std::accumulate(wanted.begin(), wanted.end(), std::int64_t{0}));
    part_of_.assign(items.size(), kNoPart);
  }

  std::vector<std::uint8_t> run() {
    if (!options_.group_of.empty()) place_groups();
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (part_of_[i] == kNoPart) place({&i, 1});
    return std::move(part_of_);
  }

 private:
  using Wanted = std::vector<std::int64_t>;

  static Wanted signed_of(const std::vector<std::uint64_t>& counts) { return {counts.begin(), counts.end()}; }

  std::size_t class_at(std::size_t i) const { return options_.stratify ? plan_.class_index[class_of_[items_[i]]] : 0; }

  /// Large groups first, while there is room for them; groups of one size in the order of the items.
  void place_groups() {
    std::vector<std::pair<std::uint32_t, std::size_t>> members;  // group, position
    for (std::size_t i = 0; i < items_.size(); ++i) members.emplace_back(options_.group_of[items_[i]], i);
    std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::vector<std::size_t>> groups;
    for (std::size_t from = 0; from < members.size();) {
      std::size_t to = from + 1;
      while (to < members.size() && members[to].first == members[from].first) ++to;
      if (to - from > 1) {
        groups.emplace_back();
        for (; from < to; ++from) groups.back().push_back(members[from].second);
      }
      from = to;
    }
    std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
      return a.size() != b.size() ? a.size() > b.size() : a.front() < b.front();
    });
    for (const auto& group : groups) place(group);
  }

  /// Into the part that wants most of these classes; when none does, into the one that lacks most samples.
  void place(std::span<const std::size_t> group) {
    std::size_t best = 0;
    std::pair<std::int64_t, std::int64_t> best_score{INT64_MIN, INT64_MIN};
    for (std::size_t p = 0; p < wanted_.size(); ++p) {
      std::int64_t of_these = 0;
      for (const std::size_t i : group) of_these += std::clamp<std::int64_t>(wanted_[p][class_at(i)], 0, 1);
      // A single item goes to the first part that wants it; a group to the one with most room.
      const std::int64_t room = group.size() == 1 && of_these > 0 ? 0 : room_[p];
      const std::pair<std::int64_t, std::int64_t> score{of_these, room};
      if (score > best_score) {
        best = p;
        best_score = score;
      }
    }
    for (const std::size_t i : group) {
      part_of_[i] = static_cast<std::uint8_t>(best);
      --wanted_[best][class_at(i)];
      --room_[best];
    }
  }

  std::span<const std::uint32_t> items_;
  std::span<const std::uint32_t> class_of_;
  const PlanOptions& options_;
  const Plan& plan_;
  std::vector<Wanted> wanted_;      ///< by part, then class: how many items it still lacks
  std::vector<std::int64_t> room_;  ///< sums of wanted_
  std::vector<std::uint8_t> part_of_;
};

Result<std::vector<std::uint64_t>> sizes_of(std::uint64_t count, const PlanOptions& options) {
  if (options.split_by == SplitBy::kPercent) return split_sizes(count, options.shares);
  if (options.split_by == SplitBy::kCounts) return counted_sizes(count, options.shares);
  return std::vector<std::uint64_t>(options.shares.size(), 0);  // counted when the items are laid out
}

/// Parts as they were given, for the items in their order; the number of the last, virtual part for those in none.
Result<std::vector<std::uint8_t>> given_parts(std::span<const std::uint32_t> items, const PlanOptions& options) {
  const auto none = static_cast<std::uint8_t>(options.shares.size());
  std::vector<std::uint8_t> part_of;
  part_of.reserve(items.size());
  for (const std::uint32_t item : items) part_of.push_back(std::min(options.part_of[item], none));
  if (std::count(part_of.begin(), part_of.end(), none) < static_cast<std::ptrdiff_t>(items.size())) return part_of;
  return Error(ErrorCode::kInvalidArgument, "split.none", "no item is given to train, val or test")
      .at("/split_by")
      .hint("lines need a member like \"split\":\"train\", or the file their urls; else split by percent or counts");
}

}  // namespace

Result<std::uint64_t> sum_of_counts(std::span<const Share> shares) {
  std::uint64_t sum = 0;
  for (const Share& share : shares)
    if (__builtin_add_overflow(sum, share.count, &sum)) return bad_share("the numbers are too large", share.name);
  if (sum == 0) return bad_share("no part gets anything: every number is 0");
  return sum;
}

Result<std::vector<std::uint64_t>> counted_sizes(std::uint64_t count, std::span<const Share> shares) {
  AVA_TRY(const std::uint64_t wanted, sum_of_counts(shares));
  if (wanted > count)
    return bad_share(fmt::format("{} samples are asked for, {} can be used", wanted, count))
        .hint(fmt::format("ask for {} at most, or split by percent", count));
  std::vector<std::uint64_t> sizes;
  for (const Share& share : shares) sizes.push_back(share.count);
  return sizes;
}

Result<std::vector<std::uint64_t>> split_sizes(std::uint64_t count, std::span<const Share> shares) {
  AVA_TRY(const double sum, sum_of(shares));
  std::vector<std::uint64_t> sizes;
  std::uint64_t left = count;
  std::size_t last_used = 0;
  for (const Share& share : shares) {
    const double exact = static_cast<double>(count) * share.percent / 100.0;
    const auto size = std::min(left, static_cast<std::uint64_t>(std::floor(exact + 0.5)));
    if (share.percent > 0) last_used = sizes.size();
    sizes.push_back(size);
    left -= size;
  }
  if (std::abs(sum - 100) <= kTolerance) sizes[last_used] += left;
  return sizes;
}

Result<Plan> make_plan(std::span<const std::uint32_t> class_of, std::span<const std::string> names,
                       const PlanOptions& options) {
  if (class_of.size() >= kNoClass)
    return Error(ErrorCode::kInvalidArgument, "batch.too_many_samples", fmt::format("{} samples", class_of.size()));
  Plan plan;
  std::vector<std::uint32_t> items;
  items.reserve(class_of.size());
  for (std::uint32_t i = 0; i < class_of.size(); ++i)
    if (class_of[i] != kNoClass) items.push_back(i);
  if (options.shuffle) shuffle(items, options.seed);
  apply_limits(items, class_of, names.size() + 1, options, plan);
  if (items.empty())
    return Error(ErrorCode::kInvalidArgument, "batch.no_samples", "no sample is left to format")
        .hint("see the reasons of the samples that were left out");
  AVA_TRY(plan.sizes, sizes_of(items.size(), options));
  index_classes(items, class_of, names, options.keep_all_classes, plan);

  std::vector<std::uint8_t> part_of;
  if (options.split_by == SplitBy::kList) {
    AVA_TRY(part_of, given_parts(items, options));
  } else {
    part_of = Assigner(items, class_of, options, plan).run();
  }
  for (std::size_t p = 0; p < plan.sizes.size(); ++p) {
    const std::size_t before = plan.order.size();
    for (std::size_t i = 0; i < items.size(); ++i)
      if (part_of[i] == p) plan.order.push_back(items[i]);
    plan.sizes[p] = plan.order.size() - before;
  }
  for (std::size_t i = 0; i < items.size(); ++i)
    if (part_of[i] == plan.sizes.size()) plan.not_in_any_part.push_back(items[i]);
  std::sort(plan.not_in_any_part.begin(), plan.not_in_any_part.end());
  return plan;
}

}  // namespace ava::pipeline
