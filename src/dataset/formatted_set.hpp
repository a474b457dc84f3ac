// A formatted set: one split of a dataset in one training format. All sets of one request share a batch: the same
// samples, whatever the format (D-12). Plain types only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "dataset/dataset.hpp"
#include "pipeline/split_by.hpp"

namespace ava::dataset {

enum class Split : std::uint8_t { kTrain, kVal, kTest };
std::span<const schema::EnumName<Split>> enum_names(Split);

enum class FormattedState : std::uint8_t { kCreating, kDone, kFailed };
std::span<const schema::EnumName<FormattedState>> enum_names(FormattedState);

/// Source: manual.md 4.3, formats.md 4.2. Units: percent of the samples of the batch (as asked for; where splits are
/// counts or given by the list: of those that are in a set, known when it is done), progress 0..1.
struct FormattedSet {
  static constexpr const char* kIdPrefix = "fs";
  Id<FormattedSet> id;
  schema::Ref dataset;
  std::string batch;  ///< 16 hex digits
  std::string format;
  Split split = Split::kTrain;
  double percent = 0;
  bool shuffle = true;
  std::int64_t seed = 0;
  std::string resize;
  int quality = 95;
  std::string label;
  FormattedState state = FormattedState::kCreating;
  double progress = 0;
  std::int64_t sample_count = 0;
  std::int64_t class_count = 0;
  std::int64_t byte_count = 0;
  std::string uri;
  std::optional<std::string> counterpart_id;  ///< validation set of this train set, and the other way round
  std::optional<schema::Problem> error;
  std::optional<std::string> job_id;
  schema::Ref owner;
  schema::Time created_at;
  std::optional<schema::Time> completed_at;

  Id<user::Bucket> bucket_id;
  std::string prefix;
};
void describe(schema::Visitor& v, FormattedSet& x);
using FormattedSetId = Id<FormattedSet>;

/// Shares of the splits, in percent; what is left over belongs to none.
struct SplitPercents {
  double train = 70;
  double val = 30;
  double test = 0;
};
void describe(schema::Visitor& v, SplitPercents& x);

/// Numbers of samples of the splits; what is left over belongs to none.
struct SplitCounts {
  std::int64_t train = 0;
  std::int64_t val = 0;
  std::int64_t test = 0;
};
void describe(schema::Visitor& v, SplitCounts& x);

/// The body of POST /datasets/{id}/formatted-sets.
struct FormatRequest {
  std::vector<std::string> formats;
  std::optional<std::string> label;
  bool multi_label = false;
  pipeline::SplitBy split_by = pipeline::SplitBy::kPercent;
  SplitPercents splits;               ///< kPercent
  std::optional<SplitCounts> counts;  ///< kCounts
  bool shuffle = true;
  std::int64_t seed = 0;
  bool stratify = true;
  std::vector<std::string> keep_together = {"source"};
  int near_bits = 4;
  std::string resize;
  int quality = 95;
  std::int64_t min_per_class = 0;
  std::int64_t max_per_class = 0;
  double max_reject_ratio = 1.0;
  std::map<std::string, schema::AnyJson> options;  ///< by format name
};
void describe(schema::Visitor& v, FormatRequest& x);

struct FormatBatch {
  std::string batch;
  std::string job_id;
  std::vector<FormattedSet> items;
};
void describe(schema::Visitor& v, FormatBatch& x);

}  // namespace ava::dataset
