// The plan of a batch: which samples go into which part, in which order, with which class index.
// A function of the labels, the shares and the seed only: never of threads, time or machine. Source: formats.md 4.3.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "pipeline/split_by.hpp"

namespace ava::pipeline {

/// One part of a batch. Units: percent 0..100 of the samples; `count` samples where parts are numbers.
struct Share {
  std::string name;  ///< "train", "val", "test"
  double percent = 0;
  std::uint64_t count = 0;
};

/// Sizes of the parts: round-half-up of each share; when the shares add up to 100 the last non-zero one takes the rest.
/// Errors: `split.bad` for a share outside 0..100, a sum above 100 or no share at all.
Result<std::vector<std::uint64_t>> split_sizes(std::uint64_t count, std::span<const Share> shares);
/// The numbers of the parts, if there are so many samples. Errors: `split.bad`.
Result<std::vector<std::uint64_t>> counted_sizes(std::uint64_t count, std::span<const Share> shares);
/// The numbers alone. Errors: `split.bad` when every one is 0.
Result<std::uint64_t> sum_of_counts(std::span<const Share> shares);

struct PlanOptions {
  std::vector<Share> shares;
  SplitBy split_by = SplitBy::kPercent;
  bool shuffle = true;
  bool stratify = true;  ///< every part gets each class in proportion
  std::uint64_t seed = 0;
  std::uint64_t min_per_class = 0;  ///< a smaller class is dropped; 0: no limit
  std::uint64_t max_per_class = 0;  ///< a larger class is cut; 0: no limit
  bool keep_all_classes = false;    ///< also those no item stands for: pictures with several classes
  /// Items that must not be in two parts: `group_of[i]` names the group of item i (groups.hpp), empty: no groups.
  /// Parts then differ from their shares by what a group cannot be cut.
  std::span<const std::uint32_t> group_of;
  /// kList: the part of item i among `shares`, kNoPart for none. Nothing is changed about it, not even for a group.
  std::span<const std::uint8_t> part_of;
};

/// Items are named by their position in the input.
struct Plan {
  std::vector<std::uint32_t> order;        ///< first part, second part, ...
  std::vector<std::uint64_t> sizes;        ///< of the parts, as they are; their sum is order.size()
  std::vector<std::string> classes;        ///< by UTF-8 bytes: position = class index
  std::vector<std::uint32_t> class_index;  ///< from the input's class number; kNoClass when dropped
  std::vector<std::uint32_t> below_min;    ///< in input order
  std::vector<std::uint32_t> above_max;
  std::vector<std::uint32_t> not_in_any_part;
};
inline constexpr std::uint32_t kNoClass = UINT32_MAX;

/// `class_of[i]` numbers the class of item i in `names`, names.size(): none of them; kNoClass: the item is not there.
/// Errors: `split.bad`, `split.none` (kList: nobody gave an item a part), `batch.too_many_samples`, `batch.no_samples`.
Result<Plan> make_plan(std::span<const std::uint32_t> class_of, std::span<const std::string> names,
                       const PlanOptions& options);

}  // namespace ava::pipeline
