// What the data plane is asked to do and what it answers: plain structs described for JSON, shared by the CLI, `ava
// worker` and the server that writes its job files.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "pipeline/labels_of.hpp"
#include "pipeline/split_by.hpp"
#include "schema/schema.hpp"

namespace ava::pipeline {

/// Where urls of a list may lead.
struct Sources {
  std::map<std::string, std::string> buckets;  ///< name in qiniu:///<name>/... -> storage URI
  std::vector<std::string> local_roots;        ///< absolute paths and file: urls are read only below these
  std::string base_folder;                     ///< relative urls are below this; empty: refused
  bool allow_http = true;
  bool deny_private = false;  ///< refuse http to private addresses (a server working for users)
};
void describe(schema::Visitor& v, Sources& x);

/// Where a result goes: a local folder, or a prefix of a bucket named in Sources.
struct Target {
  std::string folder;
  std::string bucket;
  std::string prefix;
};
void describe(schema::Visitor& v, Target& x);

/// How a picture is proven good before it enters a set.
enum class PictureCheck : std::uint8_t { kNone, kStructure, kDecode };
std::span<const schema::EnumName<PictureCheck>> enum_names(PictureCheck);

/// Units: splits in percent. Source: formats.md 4.
struct FormatSpec {
  std::string list;  ///< local path, or a url that Sources reaches
  std::vector<std::string> formats;
  std::map<std::string, schema::AnyJson> options;  ///< by format name
  std::string label;                               ///< "classification.x", "detection.y"; empty: the only one
  bool multi_label = false;                        ///< a picture may have several classes
  SplitBy split_by = SplitBy::kPercent;
  std::map<std::string, double> splits;         ///< kPercent: of "train", "val", "test"
  std::map<std::string, std::uint64_t> counts;  ///< kCounts: likewise
  std::string split_file;                       ///< kList: local file of parts and urls; empty: the lines say it
  bool shuffle = true;
  bool stratify = true;
  std::uint64_t seed = 0;
  std::string resize;
  int quality = 95;
  bool mean = false;  ///< write mean.csv and mean.binaryproto; every picture is decoded
  std::uint64_t min_per_class = 0;
  std::uint64_t max_per_class = 0;
  std::vector<std::string> keep_together = {"source"};  ///< what must not be in two parts: groups.hpp
  int near_bits = 4;
  double max_reject_ratio = 1.0;
  PictureCheck verify = PictureCheck::kStructure;
  unsigned threads = 0;  ///< 0: one per core
  std::string url_prefix;
  std::string batch;  ///< 16 hex digits; empty: made from the plan and the samples
  std::string cache;  ///< folder of pictures that were made ready before, for any job; empty: none
  std::uint64_t cache_bytes = 20ull << 30;  ///< what the cache may take; 0: no bound
  Sources sources;
  Target target;
};
void describe(schema::Visitor& v, FormatSpec& x);

struct SetSummary {
  std::string format;
  std::string split;
  std::string path;  ///< relative to the batch, "<format>/<split>"
  std::uint64_t sample_count = 0;
  std::uint64_t class_count = 0;
  std::uint64_t byte_count = 0;  ///< of all its files
};
void describe(schema::Visitor& v, SetSummary& x);

/// in = out + rejected + left_out, always.
struct Counts {
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  std::uint64_t rejected = 0;                    ///< bad lines and bad pictures
  std::uint64_t left_out = 0;                    ///< good, but unlabelled, over a class limit or in no part
  std::map<std::string, std::uint64_t> reasons;  ///< slug -> how many, of both
  std::optional<ObjectCounts> objects;           ///< boxes, when the label has some
};
void describe(schema::Visitor& v, Counts& x);

/// Samples that are kept in one part because they are copies or kin (groups.hpp).
struct GroupSummary {
  std::uint64_t groups = 0;   ///< of two samples and more
  std::uint64_t samples = 0;  ///< in them
  std::uint64_t largest = 0;
  std::uint64_t parted = 0;  ///< groups that parts given by the list or a file cut all the same
};
void describe(schema::Visitor& v, GroupSummary& x);

struct FormatResult {
  std::string batch;  ///< 16 hex digits
  std::string root;   ///< digest over all samples
  std::string label;
  format::Task task = format::Task::kClassification;
  std::vector<std::string> classes;
  Counts counts;
  std::optional<GroupSummary> groups;
  std::vector<SetSummary> sets;
  bool already_there = false;    ///< the same batch had been finished before; nothing was written
  std::uint64_t from_cache = 0;  ///< pictures that were found in the cache
  std::uint64_t resumed = 0;     ///< pictures that an earlier attempt at this job had finished
};
void describe(schema::Visitor& v, FormatResult& x);

enum class ImportKind : std::uint8_t { kAuto, kList, kArchive, kPrefix, kFile };
std::span<const schema::EnumName<ImportKind>> enum_names(ImportKind);

struct ImportSpec {
  ImportKind kind = ImportKind::kAuto;  ///< auto: list, archive or label file, told by content
  std::string as;                       ///< importer of exchange/ ("coco", "voc"); empty or "auto": told by content
  schema::AnyJson options;              ///< of that importer
  std::string source;                   ///< local path or url; prefix: qiniu:///bucket/prefix/ or a local folder
  std::string label = "class";          ///< name of labels that are made
  bool labels_only = false;             ///< do not look for pictures; always so for a single label file
  std::string url_prefix;
  bool fail_on_reject = false;
  bool allow_local_paths = false;
  Sources sources;
  Target target;
};
void describe(schema::Visitor& v, ImportSpec& x);

struct LabelSummary {
  std::string key;
  std::string type;
  std::string name;
};
void describe(schema::Visitor& v, LabelSummary& x);

struct ImportResult {
  std::string kind;      ///< what it turned out to be: list, archive, prefix, file
  std::string importer;  ///< which importer read it; empty for a list
  std::string list_uri;  ///< of the canonical list; a path when the target is a folder
  std::uint64_t item_count = 0;
  std::uint64_t reject_count = 0;
  std::uint64_t byte_count = 0;  ///< list and pictures that were stored
  bool labelled = false;
  std::vector<LabelSummary> labels;
  std::map<std::string, std::uint64_t> warnings;  ///< tolerances, and what the importer changed or could not carry over
};
void describe(schema::Visitor& v, ImportResult& x);

struct CopySpec {
  std::string from_bucket;
  std::string from_prefix;
  Sources sources;
  Target target;
};
void describe(schema::Visitor& v, CopySpec& x);

struct CopyResult {
  std::string list_uri;
  std::uint64_t object_count = 0;
  std::uint64_t byte_count = 0;
};
void describe(schema::Visitor& v, CopyResult& x);

/// Sets of one batch that are to be read back.
struct VerifySpec {
  std::vector<std::string> sets;  ///< "<format>/<split>", all that must be there
  Sources sources;
  Target target;  ///< the batch
};
void describe(schema::Visitor& v, VerifySpec& x);

/// How far it is. Called from the conducting thread, at most every 100 ms and at each change of phase.
struct Progress {
  std::string phase;  ///< "read list", "write sets", "publish"; JSON: `message`, which jobs show
  std::uint64_t done = 0;
  std::uint64_t total = 0;  ///< 0: unknown
  std::string unit;         ///< "items" or "bytes"
};
void describe(schema::Visitor& v, Progress& x);
using OnProgress = std::function<void(const Progress&)>;

}  // namespace ava::pipeline
