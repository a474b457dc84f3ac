// Reads a list to its end and says what is in it and what is wrong with it; parsing and counting on many threads.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "pipeline/specs.hpp"
#include "sample/label_stats.hpp"
#include "sample/list_reader.hpp"
#include "sample/url_duplicates.hpp"

namespace ava::pipeline {

struct CheckOptions {
  unsigned threads = 0;     ///< 0: one per core
  bool statistics = true;   ///< count labels and classes, too
  bool duplicates = false;  ///< find urls that occur on several lines; 16 bytes of memory per line
  bool allow_relative = true;
  bool allow_local_paths = true;
  std::string url_prefix;
};

struct CheckReport {
  sample::ListCounts counts;
  sample::LabelStats stats;
  sample::UrlDuplicates duplicates;  ///< of accepted lines
};

/// `on_reject`, if given, gets every reject in line order. Memory: constant in the size of the file, but for
/// duplicates.
/// Errors: `file.not_found`, `list.json_array`, `list.object_over_lines`, `list.cancelled`.
Result<CheckReport> check_list(const std::string& path, const CheckOptions& options,
                               const std::function<Result<void>(const sample::Reject&)>& on_reject = {},
                               const OnProgress& on_progress = {}, const std::stop_token& stop = {});

/// Statistics as the REST interface gives them.
struct ClassTotal {
  std::string cls;
  std::uint64_t count = 0;
};
void describe(schema::Visitor& v, ClassTotal& x);
struct LabelTotal {
  std::string key;
  std::string type;
  std::string name;
  std::uint64_t total = 0;
  std::uint64_t images = 0;
  std::uint64_t unlabelled = 0;
  std::vector<ClassTotal> count;
};
void describe(schema::Visitor& v, LabelTotal& x);
struct FaceTotal {
  std::uint64_t total = 0;
  std::uint64_t max = 0;
  std::uint64_t min = 0;
};
void describe(schema::Visitor& v, FaceTotal& x);
struct StatsReport {
  std::uint64_t file_count = 0;
  std::vector<LabelTotal> labels;
  FaceTotal face;
  std::uint64_t total_image_bytes = 0;
};
void describe(schema::Visitor& v, StatsReport& x);
StatsReport report_of(const sample::LabelStats& stats);
/// Statistics of a formatted set: from its manifest, or where it has none (AVA did not make it) by reading it.
/// Errors: `file.not_found`, `manifest.bad`, `set.unknown`, `set.damaged` (records that cannot be read, with their
/// count).
Result<StatsReport> stats_of_set(const std::string& folder);

}  // namespace ava::pipeline
