// Reads a set record after record, proves each, and writes down what it is: the listing, the counts of its classes, the
// rejects, and a few pictures to look at.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "format/out_file.hpp"
#include "pipeline/foreign_set.hpp"
#include "pipeline/merkle.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/rejects.hpp"
#include "pipeline/sample_record.hpp"

namespace ava::worker {

/// What a reading found. Counts of classes are of boxes where the task is detection.
struct AdoptedRecords {
  std::uint64_t records = 0;  ///< good and bad
  std::uint64_t good = 0;
  std::uint64_t bad = 0;
  std::uint64_t negatives = 0;
  std::uint64_t picture_bytes = 0;
  std::vector<std::string> classes;
  std::vector<std::uint64_t> tally;  ///< as long as `classes`
  Digest root{};
  pipeline::FileRecord listing;
};

/// A sample that is shown to people.
struct PreviewItem {
  std::string file;  ///< below preview/
  format::Labels labels;
};

struct ReadOptions {
  format::Task task = format::Task::kClassification;
  std::string split;
  std::uint64_t records = 0;      ///< for the progress; 0: unknown
  std::filesystem::path listing;  ///< file to write
  std::filesystem::path preview;  ///< folder to write; some pictures, evenly spread
};

/// The task by the first records. Errors: those of opening.
Result<format::Task> task_of_set(const std::filesystem::path& set);

/// Errors: `set.not_a_set` (record after record is no sample: another kind of file), `file.*`, `job.cancelled`.
Result<AdoptedRecords> read_adopted(pipeline::ForeignSet& set, const ReadOptions& options, pipeline::Rejects& rejects,
                                    std::vector<PreviewItem>& preview, pipeline::ProgressMeter& meter,
                                    const std::stop_token& stop);

}  // namespace ava::worker
