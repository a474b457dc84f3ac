#include "pipeline/worker_run.hpp"

#include "pipeline/copy_run.hpp"
#include "pipeline/format_run.hpp"
#include "pipeline/import_run.hpp"

namespace ava::pipeline {

void describe(schema::Visitor& v, JobFile& x) {
  v.type("JobFile");
  v.field("kind", x.kind);
  v.field("spec", x.spec);
  v.field("progress_file", x.progress_file, {.required = false, .min = 1});
  v.field("result_file", x.result_file, {.required = false, .min = 1});
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
Result<schema::AnyJson> run_with(const std::string& text, Run run, const OnProgress& on_progress,
                                 const std::stop_token& stop) {
  AVA_TRY(const Spec spec, schema::from_text<Spec>(text));
  AVA_TRY(const auto result, run(spec, on_progress, stop));
  return schema::AnyJson{schema::to_text(result)};
}

}  // namespace

Result<schema::AnyJson> run_job(const JobFile& job, const OnProgress& on_progress, const std::stop_token& stop) {
  if (job.kind == "dataset.format") return run_with<FormatSpec>(job.spec.text, run_format, on_progress, stop);
  if (job.kind == "dataset.import") return run_with<ImportSpec>(job.spec.text, run_import, on_progress, stop);
  if (job.kind == "dataset.copy") return run_with<CopySpec>(job.spec.text, run_copy, on_progress, stop);
  return Error(ErrorCode::kInvalidArgument, "job.unknown_kind", "no job of the kind '" + job.kind + "'")
      .hint("kinds: dataset.format, dataset.import, dataset.copy");
}

}  // namespace ava::pipeline
