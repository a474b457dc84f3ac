#include "pipeline/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.hpp"

namespace ava::pipeline {

namespace {

constexpr double kTolerance = 1e-9;

Error bad_split(std::string_view message, std::string_view name = {}) {
  Error error(ErrorCode::kInvalidArgument, "split.bad", message);
  return name.empty() ? error : std::move(error).at(fmt::format("/splits/{}", name));
}

Result<double> sum_of(std::span<const Share> shares) {
  double sum = 0;
  for (const Share& share : shares) {
    if (!(share.percent >= 0 && share.percent <= 100))
      return bad_split(fmt::format("{} is {} %; a share is from 0 to 100", share.name, share.percent), share.name);
    sum += share.percent;
  }
  if (sum > 100 + kTolerance) return bad_split(fmt::format("the shares add up to {} %, more than 100", sum));
  if (sum <= 0) return bad_split("no part gets anything: every share is 0");
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
                   std::span<const std::string> names, Plan& plan) {
  std::vector<bool> used(names.size(), false);
  for (const std::uint32_t item : items) used[class_of[item]] = true;
  std::vector<std::uint32_t> sorted;
  for (std::uint32_t c = 0; c < names.size(); ++c)
    if (used[c]) sorted.push_back(c);
  // std::string compares as unsigned bytes.
  std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) { return names[a] < names[b]; });
  plan.class_index.assign(names.size(), kNoClass);
  for (const std::uint32_t c : sorted) {
    plan.class_index[c] = static_cast<std::uint32_t>(plan.classes.size());
    plan.classes.push_back(names[c]);
  }
}

/// Part of each item of `items`; parts.size() = in none.
std::vector<std::uint8_t> assign_parts(std::span<const std::uint32_t> items, std::span<const std::uint32_t> class_of,
                                       const PlanOptions& options, const Plan& plan) {
  const std::size_t parts = plan.sizes.size();
  std::vector<std::uint8_t> part_of(items.size(), static_cast<std::uint8_t>(parts));
  const std::size_t classes = options.stratify ? plan.classes.size() : 1;
  const auto class_at = [&](std::size_t i) { return options.stratify ? plan.class_index[class_of[items[i]]] : 0; };
  std::vector<std::uint64_t> left(classes, 0);
  for (std::size_t i = 0; i < items.size(); ++i) ++left[class_at(i)];
  std::vector<std::vector<std::uint64_t>> quota;
  for (std::size_t p = 0; p < parts; ++p) quota.push_back(take_quota(left, plan.sizes[p]));
  std::vector<std::uint8_t> current(classes, 0);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::size_t cls = class_at(i);
    while (current[cls] < parts && quota[current[cls]][cls] == 0) ++current[cls];
    part_of[i] = current[cls];
    if (current[cls] < parts) --quota[current[cls]][cls];
  }
  return part_of;
}

}  // namespace

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
  apply_limits(items, class_of, names.size(), options, plan);
  AVA_TRY(plan.sizes, split_sizes(items.size(), options.shares));
  if (items.empty())
    return Error(ErrorCode::kInvalidArgument, "batch.no_samples", "no sample is left to format")
        .hint("see the reasons of the samples that were left out");
  index_classes(items, class_of, names, plan);

  const std::vector<std::uint8_t> part_of = assign_parts(items, class_of, options, plan);
  for (std::size_t p = 0; p < plan.sizes.size(); ++p)
    for (std::size_t i = 0; i < items.size(); ++i)
      if (part_of[i] == p) plan.order.push_back(items[i]);
  for (std::size_t i = 0; i < items.size(); ++i)
    if (part_of[i] == plan.sizes.size()) plan.not_in_any_part.push_back(items[i]);
  std::sort(plan.not_in_any_part.begin(), plan.not_in_any_part.end());
  return plan;
}

}  // namespace ava::pipeline
