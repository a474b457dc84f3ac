// Makes a source dataset: the canonical list of a list, of an archive of pictures, or of a bucket prefix, with
// statistics and the lines that were left out.
#pragma once

#include <filesystem>
#include <stop_token>

#include "base/result.hpp"
#include "pipeline/specs.hpp"

namespace ava::pipeline {

inline constexpr std::string_view kListFile = "index.lst";
inline constexpr std::string_view kStatsFile = "stats.json";
inline constexpr std::string_view kImportFile = "import.json";

/// Writes `index.lst` (strict form, formats.md 2.7), `stats.json` (StatsReport), `rejects.jsonl`, `import.json` and, of
/// an archive, `pictures/...` to the target; all of it appears at once. The same spec a second time answers what is
/// there. An archive is one folder per class, or has a list at its top whose relative urls name its pictures. Errors:
/// `list.no_items` (not one good line), `list.rejected` (with fail_on_reject: the first bad line), `archive.*`,
/// `import.bad_prefix`, `target.*`, `file.no_space`, `job.cancelled`.
Result<ImportResult> run_import(const ImportSpec& spec, const OnProgress& on_progress = {},
                                const std::stop_token& stop = {}, const std::filesystem::path& keep_rejects = {});

/// Where the list of a target lies: "qiniu:///bucket/prefix/index.lst", or a path.
std::string list_uri_of(const Target& target);

}  // namespace ava::pipeline
