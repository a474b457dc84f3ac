// A job as a file: what `ava worker --job FILE` reads, what it writes while it works, and what it leaves at the end.
// The server writes the first and reads the other two; both sides use these structs.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "pipeline/specs.hpp"

namespace ava::worker {

/// The job file. `spec` is a FormatSpec, ImportSpec, AdoptSpec, CopySpec or VerifySpec, as `kind` says.
struct JobFile {
  std::string kind;  ///< "dataset.format", "dataset.import", "dataset.adopt", "dataset.copy", "dataset.preprocess",
                     ///< "dataset.verify"
  schema::AnyJson spec;
  std::string progress_file = "progress.json";  ///< relative to the job file's folder
  std::string result_file = "result.json";
  std::string rejects_file = "rejects.jsonl";  ///< written when an import or a format fails after it has found some
};
void describe(schema::Visitor& v, JobFile& x);

struct JobError {
  std::string code;
  std::string slug;
  std::string message;
  std::string hint;
  std::string pointer;
  std::map<std::string, std::string> details;
};
void describe(schema::Visitor& v, JobError& x);
JobError job_error_of(const Error& error);

/// The result file: `result` is a FormatResult, ImportResult, AdoptResult, CopyResult or VerifyReport; or `error` says
/// why there is none.
struct JobOutcome {
  std::string kind;
  bool ok = false;
  std::optional<schema::AnyJson> result;
  std::optional<JobError> error;
};
void describe(schema::Visitor& v, JobOutcome& x);

/// Run the job whose file lies in `folder`. Errors: `job.unknown_kind`, those of schema/ for a bad spec, and those of
/// the work.
Result<schema::AnyJson> run_job(const JobFile& job, const std::filesystem::path& folder,
                                const pipeline::OnProgress& on_progress, const std::stop_token& stop);

}  // namespace ava::worker
