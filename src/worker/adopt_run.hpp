// Takes in a set that another tool wrote (R3.1-08): its files stay as they are, every record is read and proven, and a
// manifest like that of AVA's own sets says what is in it. So it is counted, verified and trained with as those are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "pipeline/specs.hpp"

namespace ava::worker {

inline constexpr std::string_view kAdoptFile = "set.json";
inline constexpr std::string_view kPreviewFile = "preview.lst";

struct AdoptSpec {
  std::string data;    ///< local path or url of data.rec, data.mdb or an archive; ending in '/': a prefix of a bucket
  std::string index;   ///< of data.rec; empty: it is made. One of LMDB says nothing (D-08)
  std::string labels;  ///< labels.csv; empty: the one that comes with the data, else classes are numbers
  std::string format;  ///< empty: told by content
  std::string task;    ///< name of a format::Task; empty: told by the first records
  std::string split = "train";
  std::string label = "class";
  std::string batch;  ///< 16 hex digits
  pipeline::Sources sources;
  pipeline::Target target;
};
void describe(schema::Visitor& v, AdoptSpec& x);

struct AdoptResult {
  std::string format;
  format::Task task = format::Task::kClassification;
  pipeline::LabelSummary label;
  std::string path;  ///< of the set, relative to the target
  std::uint64_t sample_count = 0;
  std::uint64_t reject_count = 0;
  std::uint64_t class_count = 0;
  std::uint64_t byte_count = 0;  ///< of the set's files
  bool named = false;            ///< its classes have names
  std::map<std::string, std::uint64_t> notes;
};
void describe(schema::Visitor& v, AdoptResult& x);

/// Writes `sets/<batch>/<format>/<split>/` with batch.json above it, `stats.json`, `rejects.jsonl`, a preview (some
/// pictures and `preview.lst`) and `set.json` to the target; all of it appears at once. The same spec again answers
/// what is there. Errors: `set.nothing_readable`, those of gather_set() and find_set(), `target.*`, `file.no_space`,
/// `job.cancelled`.
Result<AdoptResult> run_adopt(const AdoptSpec& spec, const pipeline::OnProgress& on_progress = {},
                              const std::stop_token& stop = {}, const std::filesystem::path& keep_rejects = {});

}  // namespace ava::worker
