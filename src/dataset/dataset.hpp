// A dataset: a verified list of samples in the bound storage, or a set that came ready-made; immutable once ready.
// Plain types only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "schema/problem.hpp"
#include "schema/schema.hpp"
#include "user/bucket.hpp"
#include "user/user.hpp"

namespace ava::dataset {

enum class DatasetState : std::uint8_t { kCreating, kSuccess, kFailed };
std::span<const schema::EnumName<DatasetState>> enum_names(DatasetState);

/// kSource: a list, of which sets are made. kFormatted: a set that another tool wrote; it has no list (R3.2-05).
enum class DatasetKind : std::uint8_t { kSource, kFormatted };
std::span<const schema::EnumName<DatasetKind>> enum_names(DatasetKind);

enum class SourceKind : std::uint8_t { kUpload, kUri, kArchive, kPrefix, kCopy, kPreprocess };
std::span<const schema::EnumName<SourceKind>> enum_names(SourceKind);

/// Where the list or the pictures came from.
struct DatasetSource {
  SourceKind kind = SourceKind::kUpload;
  std::string uri;  ///< qiniu:///bucket/key, or the upload's id
  std::optional<std::string> file_name;
};
void describe(schema::Visitor& v, DatasetSource& x);

/// A label that a dataset carries, e.g. classification.pulp.
struct LabelRef {
  std::string key;
  std::string type;
  std::string name;
};
void describe(schema::Visitor& v, LabelRef& x);

/// What came out of a graph. Units: items, which are lines of the new list.
struct GraphCounts {
  std::int64_t items = 0;
  std::int64_t made = 0;  ///< of them new pictures; the others are pictures of the parents
  std::int64_t rejected = 0;
};
void describe(schema::Visitor& v, GraphCounts& x);

/// How a dataset was made of others (R3.5-02).
struct Lineage {
  schema::AnyJson graph;
  std::vector<schema::Ref> parents;  ///< by the names they had
  std::int64_t seed = 0;
  std::optional<GraphCounts> counts;  ///< once it is made
};
void describe(schema::Visitor& v, Lineage& x);

/// Source: manual.md R3.1, R3.2; states S-01..S-03. Units: counts are lines, bytes are of the pictures in the storage.
struct Dataset {
  static constexpr const char* kIdPrefix = "ds";
  Id<Dataset> id;
  std::string name;
  std::string description;
  DatasetKind kind = DatasetKind::kSource;
  DatasetState state = DatasetState::kCreating;
  bool labelled = false;
  std::string media = "image";
  DatasetSource source;
  std::string list_uri;  ///< empty: kFormatted
  std::int64_t item_count = 0;
  std::int64_t reject_count = 0;
  std::int64_t byte_count = 0;
  std::vector<LabelRef> labels;
  std::optional<Lineage> lineage;  ///< of a dataset that a graph made; not in lists
  std::optional<schema::Problem> error;
  std::optional<std::string> job_id;
  schema::Ref owner;
  schema::Time created_at;
  std::optional<schema::Time> completed_at;

  // Not shown: where it lies.
  Id<user::Bucket> bucket_id;
  std::string prefix;  ///< "ava/default/datasets/<name>"
};
void describe(schema::Visitor& v, Dataset& x);
using DatasetId = Id<Dataset>;

/// Errors: `name.bad` unless 2 to 63 characters of any script without '/', '\\', ':' or control characters,
/// not starting with '.' or '-' and without spaces at its ends. Source: docs/adr/0002-names.md.
Result<void> check_name(std::string_view name);

}  // namespace ava::dataset
