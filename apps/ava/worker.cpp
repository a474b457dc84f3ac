#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

#include "base/file.hpp"
#include "base/log.hpp"
#include "command.hpp"
#include "worker/worker_run.hpp"

namespace ava::cli {

namespace {

namespace fs = std::filesystem;

struct WorkerOptions {
  std::string job;
};

/// The outcome is a file; the exit code says the same for those who only see the process.
Result<int> work(const std::string& path, const std::stop_token& stop) {
  AVA_TRY(const std::string text, file::read(path));
  AVA_TRY(const auto job, schema::from_text<worker::JobFile>(text));
  const fs::path folder = fs::absolute(path).parent_path();
  const auto on_progress = [&](const pipeline::Progress& progress) {
    const auto written = file::write_atomic(folder / job.progress_file, schema::to_text(progress) + "\n");
    if (!written.ok()) log::warn("worker", "progress not written: {}", written.error().text());
  };
  log::info("worker", "{} begins", job.kind);
  auto result = worker::run_job(job, folder, on_progress, stop);
  worker::JobOutcome outcome{.kind = job.kind, .ok = result.ok()};
  if (result.ok())
    outcome.result = *result;
  else
    outcome.error = worker::job_error_of(result.error());
  AVA_CHECK(file::write_atomic(folder / job.result_file, schema::to_text(outcome) + "\n"));
  if (!result.ok()) return result.error();
  log::info("worker", "{} is done", job.kind);
  return 0;
}

}  // namespace

void add_worker(CLI::App& app, Call& call) {
  auto options = std::make_shared<WorkerOptions>();
  CLI::App* command = app.add_subcommand("worker", "Do one data job described by a file (the server starts it)");
  command->add_option("--job", options->job, "Job file: {\"kind\":\"dataset.format\",\"spec\":{...}}")->required();
  command->footer(
      "Writes progress.json while it works and result.json at the end, beside the job file. SIGTERM cancels.");
  command->callback(
      [&call, options] { call.run = [options](const std::stop_token& stop) { return work(options->job, stop); }; });
}

}  // namespace ava::cli
