#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "console.hpp"
#include "data.hpp"
#include "pipeline/verify_foreign.hpp"

namespace ava::cli {

namespace {

struct DataVerifyOptions {
  std::vector<std::string> paths;
};

void print_report(const pipeline::VerifyReport& report) {
  for (const pipeline::VerifiedSet& set : report.sets)
    say(fmt::format("{}  {} {}  {} samples  {}", set.ok ? "ok " : "BAD", set.format, set.split, set.sample_count,
                    set.path));
  for (const pipeline::Problem& problem : report.problems) {
    const std::string what = !problem.sample.empty() ? fmt::format("sample {} ({})", problem.sample, problem.url)
                             : !problem.file.empty() ? fmt::format("file {}", problem.file)
                                                     : std::string("set");
    say(fmt::format("  {}: {}: {} ({})", problem.set, what, problem.detail, problem.slug));
  }
  if (report.problem_count > report.problems.size())
    say(fmt::format("  ... and {} more", report.problem_count - report.problems.size()));
  if (!report.root.empty()) say(fmt::format("root {}", report.root));
  say(report.ok ? "every sample, label and file is what its manifest says"
                : fmt::format("{} problems", report.problem_count));
}

Result<int> verify_sets(const DataVerifyOptions& options, bool json, const std::stop_token& stop) {
  ProgressLine progress(!json);
  AVA_TRY(const auto report,
          pipeline::verify_with_foreign({options.paths.begin(), options.paths.end()}, progress.callback(), stop));
  progress.clear();
  if (json)
    say(schema::to_text(report));
  else
    print_report(report);
  return report.ok ? 0 : kFoundFaults;
}

}  // namespace

void add_data_verify(CLI::App& data, Call& call) {
  auto options = std::make_shared<DataVerifyOptions>();
  CLI::App* command = data.add_subcommand("verify", "Read sets back and prove that they hold what their manifests say");
  command->add_option("paths", options->paths, "Sets, batches, or folders of them")->required();
  command->add_flag("--json", call.json, "Print JSON");
  command->footer(
      "Sets of one batch are compared with each other: same samples, same labels, same root digest.\n"
      "Sets that AVA did not make are held against the first one it made: same pictures by SHA-256, same labels.\n"
      "Examples:\n  ava data verify sets/\n  ava data verify sets/recordio/train sets/lmdb/train --json\n"
      "  ava data verify sets/recordio/train theirs/data.rec\n"
      "Exit: 0 good, 8 damaged.");
  command->callback([&call, options] {
    call.run = [&call, options](const std::stop_token& stop) { return verify_sets(*options, call.json, stop); };
  });
}

}  // namespace ava::cli
