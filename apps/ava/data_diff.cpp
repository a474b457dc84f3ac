#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "console.hpp"
#include "data.hpp"
#include "data_sources.hpp"
#include "pipeline/list_diff.hpp"

namespace ava::cli {

namespace {

constexpr int kDiffers = 8;

struct DataDiffOptions {
  pipeline::DiffOptions diff;
  std::string by = "auto";
  bool strict = false;
  SourceOptions sources;
};

void print_diff(const pipeline::DiffReport& report) {
  say(fmt::format("{} and {} samples, compared by {}: {} same, {} added, {} removed, {} changed", report.items_a,
                  report.items_b, report.same_by, report.same, report.added, report.removed, report.changed));
  const pipeline::BoxChanges& boxes = report.boxes;
  if (report.changed > 0)
    say(fmt::format(
        "in the changed ones: {} with other classes; boxes: {} same, {} moved, {} of another class, {} added, "
        "{} removed",
        report.classes_changed, boxes.same, boxes.moved, boxes.class_changed, boxes.added, boxes.removed));
  for (const pipeline::SampleChange& change : report.changes) {
    say(fmt::format("  {:<8} {}", change.kind, change.key));
    for (const std::string& detail : change.details) say("             " + detail);
  }
  const std::uint64_t all = report.added + report.removed + report.changed;
  if (all > report.changes.size() && !report.changes.empty())
    say(fmt::format("  ... and {} more", all - report.changes.size()));
}

Result<int> run_diff(const DataDiffOptions& options, bool json, const std::stop_token& stop) {
  pipeline::DiffOptions how = options.diff;
  AVA_TRY(how.same_by, schema::value_of<pipeline::SameBy>(options.by));
  AVA_TRY(how.sources_a, sources_of(options.sources, how.a));
  AVA_TRY(how.sources_b, sources_of(options.sources, how.b));
  ProgressLine progress(!json);
  AVA_TRY(const auto report, pipeline::diff(how, progress.callback(), stop));
  progress.clear();
  if (json)
    say(schema::to_text(report));
  else
    print_diff(report);
  return options.strict && !report.equal() ? kDiffers : 0;
}

}  // namespace

void add_data_diff(CLI::App& data, Call& call) {
  auto options = std::make_shared<DataDiffOptions>();
  CLI::App* command =
      data.add_subcommand("diff", "Say what differs between two lists or sets: samples, classes, boxes");
  command->add_option("a", options->diff.a, "The older: a list, or the folder of a set, made by AVA or not")
      ->required();
  command->add_option("b", options->diff.b, "The newer")->required();
  command->add_option("--iou", options->diff.iou, "From this overlap on a box is the same one, moved")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_option("--by", options->by, "What makes two samples the same: url, picture, or auto")
      ->capture_default_str();
  command->add_option("--tolerance", options->diff.tolerance,
                      "Edges this close are the same, in pixels; default: 0 for two lists, 0.02 with sets");
  command->add_option("--show", options->diff.show, "Show at most so many changes")->capture_default_str();
  command->add_flag("--strict", options->strict, "Exit with 8 when anything differs");
  add_source_options(*command, options->sources);
  command->add_flag("--json", call.json, "Print JSON");
  command->footer(
      "Examples:\n  ava data diff monday.lst tuesday.lst\n"
      "  ava data diff sets/recordio/train theirs/ --by picture --iou 0.7 --json\n"
      "Exit: 0; with --strict 8 when anything differs.");
  command->callback([&call, options] {
    call.run = [&call, options](const std::stop_token& stop) { return run_diff(*options, call.json, stop); };
  });
}

}  // namespace ava::cli
