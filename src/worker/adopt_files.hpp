// The files of a set somebody else made, on their way into AVA: fetched, unpacked, found among what came with them, and
// laid out as the readers of that format want them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "pipeline/progress_meter.hpp"
#include "worker/adopt_run.hpp"

namespace ava::worker {

/// Of LMDB: readers that lock write into it, its bytes prove nothing.
inline constexpr std::string_view kLockFile = "lock.mdb";

/// Fetch everything `spec` names into `folder`, which is empty. An archive is unpacked there.
/// Errors: `set.bad_prefix`, `archive.*`, `set.file_too_large` (in an archive), those of fetching, `job.cancelled`.
Result<void> gather_set(const AdoptSpec& spec, const std::filesystem::path& folder, pipeline::ProgressMeter& meter,
                        const std::stop_token& stop);

/// The folder, `folder` or one below it, that holds the set; of several parts the one called `split`.
/// Errors: `set.unknown`, `set.several`, `set.other_format` (`format` was asked for, and something else is there).
Result<std::filesystem::path> find_set(const std::filesystem::path& folder, const std::string& format,
                                       const std::string& split);

struct LaidOut {
  std::uint64_t records = 0;  ///< as far as the format says
  bool index_rebuilt = false;
};

/// Put a RecordIO or LMDB set below cache/ as data.rec with an index that is right, or data.mdb; drop what another AVA
/// said about it. Errors: `file.*`.
Result<LaidOut> lay_out_set(const std::filesystem::path& set, const std::string& format);

}  // namespace ava::worker
