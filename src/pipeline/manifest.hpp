// What a batch says about itself: `batch.json` for the batch, `ava-batch.json` for each set, `ava-batch.jsonl` for each
// sample of a set (sample_record.hpp). Enough to prove that two sets hold the same samples, and to name a byte that
// changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "format/labels.hpp"
#include "pipeline/specs.hpp"
#include "schema/schema.hpp"

namespace ava::pipeline {

inline constexpr std::string_view kBatchFile = "batch.json";
inline constexpr std::string_view kSetFile = "ava-batch.json";
inline constexpr std::string_view kSamplesFile = "ava-batch.jsonl";
inline constexpr std::string_view kRejectsFile = "rejects.jsonl";
inline constexpr std::string_view kGroupsFile = "groups.jsonl";

/// A file with its digest, path relative to the manifest's folder. One of the two digests is there.
struct FileRecord {
  std::string path;
  std::uint64_t bytes = 0;
  std::optional<std::string> sha256;
  std::optional<std::string> outline_sha256;  ///< format::DigestKind::kOutline
};
void describe(schema::Visitor& v, FileRecord& x);

/// Everything that decides the bytes of a batch, besides the pictures.
struct PlanRecord {
  std::string list_sha256;
  std::string label;
  format::Task task = format::Task::kClassification;
  SplitBy split_by = SplitBy::kPercent;
  std::map<std::string, double> splits;         ///< percent
  std::map<std::string, std::uint64_t> counts;  ///< samples asked for, or given to the parts by the list
  std::optional<std::string> split_file_sha256;
  bool shuffle = true;
  bool stratify = true;
  std::uint64_t seed = 0;
  std::string resize;
  int quality = 95;
  bool mean = false;
  std::uint64_t min_per_class = 0;
  std::uint64_t max_per_class = 0;
  std::vector<std::string> keep_together;
  int near_bits = 0;
  std::string verify;
  std::map<std::string, schema::AnyJson> formats;  ///< name -> options
};
void describe(schema::Visitor& v, PlanRecord& x);

struct ClassTally {
  std::string name;
  std::uint64_t count = 0;
};
void describe(schema::Visitor& v, ClassTally& x);

/// `ava-batch.json`. The order of classes is the class index.
struct SetManifest {
  int version = 1;
  std::string batch;
  std::string batch_root;
  std::string format;
  std::string split;
  std::string range;  ///< half-open, on the batch's single order: "35000-50000"
  std::string split_root;
  std::uint64_t sample_count = 0;
  std::uint64_t negatives = 0;      ///< samples of a detection set without an object
  bool foreign = false;             ///< another tool wrote its files (adopt_run.hpp); `range` counts its records
  std::vector<ClassTally> classes;  ///< counts are of samples; of boxes in a detection set
  std::vector<FileRecord> files;
  PlanRecord plan;
};
void describe(schema::Visitor& v, SetManifest& x);

/// `batch.json`.
struct BatchManifest {
  int version = 1;
  std::string batch;
  std::string root;
  std::vector<std::string> classes;
  Counts counts;
  std::optional<GroupSummary> groups;  ///< when samples were kept together; groups.jsonl lists them
  std::vector<SetSummary> sets;
  std::vector<FileRecord> files;  ///< rejects.jsonl and the manifest of each set
  PlanRecord plan;
};
void describe(schema::Visitor& v, BatchManifest& x);

/// Errors: `file.not_found`, and those of schema/ as kCorrupt `manifest.bad`.
template <class Manifest>
Result<Manifest> read_manifest(const std::string& path);
extern template Result<SetManifest> read_manifest(const std::string& path);
extern template Result<BatchManifest> read_manifest(const std::string& path);

}  // namespace ava::pipeline
