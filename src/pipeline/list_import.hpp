// The part of an import every kind ends in: lines read with tolerance, written in the strict form, counted.
#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "base/result.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/rejects.hpp"
#include "pipeline/specs.hpp"
#include "sample/label_stats.hpp"
#include "sample/list_reader.hpp"

namespace ava::pipeline {

struct ListImport {
  sample::ListCounts counts;
  sample::LabelStats stats;
  std::uint64_t list_bytes = 0;
};

/// Read `source`, write the canonical list to `list`. Errors: `list.rejected` when `fail_on_reject`, those of
/// ListReader.
Result<ListImport> import_list(sample::ByteSource source, const sample::ListOptions& options, bool fail_on_reject,
                               const std::filesystem::path& list, Rejects& rejects, ProgressMeter& meter,
                               const std::stop_token& stop);

/// The labels that were found, as a dataset names them.
std::vector<LabelSummary> summaries_of(const sample::LabelStats& stats);

}  // namespace ava::pipeline
