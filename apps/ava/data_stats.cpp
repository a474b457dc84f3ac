#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

#include "console.hpp"
#include "data.hpp"
#include "pipeline/check.hpp"

namespace ava::cli {

namespace {

struct DataStatsOptions {
  std::string path;
  unsigned threads = 0;
};

void print_statistics(const pipeline::StatsReport& report) {
  say(fmt::format("{} items", report.file_count));
  if (report.labels.empty() && report.face.total == 0) say("no label information");
  for (const pipeline::LabelTotal& label : report.labels) {
    say(fmt::format("{}: {} in {} pictures, {} pictures without", label.key, label.total, label.images,
                    label.unlabelled));
    for (const pipeline::ClassTotal& cls : label.count) say(fmt::format("  {:>10}  {}", cls.count, cls.cls));
  }
  if (report.face.total > 0)
    say(fmt::format("faces: {} with a cluster, largest {}, smallest {}", report.face.total, report.face.max,
                    report.face.min));
}

Result<int> stats(const DataStatsOptions& options, bool json, const std::stop_token& stop) {
  pipeline::StatsReport report;
  std::error_code ignored;
  const std::string extension = std::filesystem::path(options.path).extension().string();
  if (std::filesystem::is_directory(options.path, ignored) || extension == ".rec" || extension == ".mdb") {
    AVA_TRY(report, pipeline::stats_of_set(options.path));
  } else {
    ProgressLine progress(!json);
    AVA_TRY(const auto checked,
            pipeline::check_list(options.path, {.threads = options.threads}, {}, progress.callback(), stop));
    report = pipeline::report_of(checked.stats);
  }
  if (json)
    say(schema::to_text(report));
  else
    print_statistics(report);
  return 0;
}

}  // namespace

void add_data_stats(CLI::App& data, Call& call) {
  auto options = std::make_shared<DataStatsOptions>();
  CLI::App* command = data.add_subcommand("stats", "Count labels and classes of a list or of a formatted set");
  command->add_option("path", options->path, "A list, or the folder of a set, made by AVA or not")->required();
  command->add_option("--threads", options->threads, "Parsing threads; 0: one per core")->check(CLI::Range(0, 256));
  command->add_flag("--json", call.json, "Print JSON");
  command->footer(
      "Examples:\n  ava data stats dataset.jsonlist\n  ava data stats sets/recordio/train --json\n  ava data stats "
      "theirs/train.rec");
  command->callback([&call, options] {
    call.run = [&call, options](const std::stop_token& stop) { return stats(*options, call.json, stop); };
  });
}

}  // namespace ava::cli
