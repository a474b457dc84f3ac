#include "worker/worker_run.hpp"

#include "pipeline/format_run.hpp"
#include "pipeline/import_run.hpp"
#include "worker/adopt_run.hpp"
#include "worker/copy_run.hpp"
#include "worker/preprocess_run.hpp"
#include "worker/verify_run.hpp"

namespace ava::worker {

using namespace pipeline;  // a job is its calls, put in order

void describe(schema::Visitor& v, JobFile& x) {
  v.type("JobFile");
  v.field("kind", x.kind);
  v.field("spec", x.spec);
  v.field("progress_file", x.progress_file, {.required = false, .min = 1});
  v.field("result_file", x.result_file, {.required = false, .min = 1});
  v.field("rejects_file", x.rejects_file, {.required = false, .min = 1});
}

void describe(schema::Visitor& v, JobError& x) {
  v.type("JobError");
  v.field("code", x.code);
  v.field("slug", x.slug);
  v.field("message", x.message);
  v.field("hint", x.hint, {.required = false});
  v.field("pointer", x.pointer, {.required = false});
  v.field("details", x.details, {.required = false});
}

void describe(schema::Visitor& v, JobOutcome& x) {
  v.type("JobOutcome");
  v.field("kind", x.kind);
  v.field("ok", x.ok);
  v.field("result", x.result);
  v.field("error", x.error);
}

JobError job_error_of(const Error& error) {
  return {
      std::string(name_of(error.code())), error.slug(), error.text(), error.hint(), error.pointer(), error.details()};
}

namespace {

template <class Spec, class Run>
Result<schema::AnyJson> run_with(const std::string& text, Run run) {
  AVA_TRY(const Spec spec, schema::from_text<Spec>(text));
  AVA_TRY(const auto result, run(spec));
  return schema::AnyJson{schema::to_text(result)};
}

}  // namespace

Result<schema::AnyJson> run_job(const JobFile& job, const std::filesystem::path& folder, const OnProgress& on_progress,
                                const std::stop_token& stop) {
  const std::string& spec = job.spec.text;
  const std::filesystem::path rejects = folder / job.rejects_file;
  if (job.kind == "dataset.format")
    return run_with<FormatSpec>(spec, [&](const auto& s) { return run_format(s, on_progress, stop, rejects); });
  if (job.kind == "dataset.import")
    return run_with<ImportSpec>(spec, [&](const auto& s) { return run_import(s, on_progress, stop, rejects); });
  if (job.kind == "dataset.adopt")
    return run_with<AdoptSpec>(spec, [&](const auto& s) { return run_adopt(s, on_progress, stop, rejects); });
  if (job.kind == "dataset.copy")
    return run_with<CopySpec>(spec, [&](const auto& s) { return run_copy(s, on_progress, stop); });
  if (job.kind == "dataset.preprocess")
    return run_with<graph::RunSpec>(
        spec, [&](const auto& s) { return run_preprocess(s, folder, on_progress, stop, rejects); });
  if (job.kind == "dataset.verify")
    return run_with<VerifySpec>(spec, [&](const auto& s) { return run_verify(s, on_progress, stop); });
  return Error(ErrorCode::kInvalidArgument, "job.unknown_kind", "no job of the kind '" + job.kind + "'")
      .hint("kinds: dataset.format, dataset.import, dataset.adopt, dataset.copy, dataset.preprocess, dataset.verify");
}

}  // namespace ava::worker
