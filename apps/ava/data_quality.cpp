#include "data_quality.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/file.hpp"
#include "console.hpp"
#include "sample/labels_csv.hpp"

namespace ava::cli {

namespace {

constexpr int kHasErrors = 8;

void print_quality(const pipeline::QualityReport& report) {
  say(fmt::format("{} lines, {} items, {} pictures read: {} errors, {} warnings, {} notes", report.lines, report.items,
                  report.pictures, report.errors, report.warnings, report.notes));
  for (const pipeline::Finding& finding : report.findings) {
    say(fmt::format("{:<7} {:>8}  {}  {}", schema::name_of(finding.severity), finding.count, finding.code,
                    finding.what));
    for (const pipeline::Example& example : finding.examples)
      say(example.line > 0 ? fmt::format("    line {}  {}", example.line, example.text)
                           : fmt::format("    {}", example.text));
    if (!finding.examples.empty() && finding.count > finding.examples.size())
      say(fmt::format("    ... and {} more", finding.count - finding.examples.size()));
  }
}

}  // namespace

void add_quality_options(CLI::App& command, QualityCommand& quality) {
  pipeline::QualityOptions& options = quality.options;
  command.add_flag("--quality", quality.wanted,
                   "Say what is doubtful, too: classes, boxes, urls, and every picture read to its end");
  const auto group = [](CLI::Option* option) { option->group("With --quality"); };
  group(command.add_flag("--strict", quality.strict, "Exit with 8 when there are errors"));
  group(command.add_flag("--no-pictures", quality.no_pictures, "Look at the lines only"));
  group(command.add_option("--lines", options.examples, "Lines shown of each finding")->capture_default_str());
  group(command.add_option("--near", options.near_bits, "Differing bits of 64 of near duplicates; -1: do not look")
            ->check(CLI::Range(-1, 15))
            ->capture_default_str());
  group(command.add_option("--classes", quality.classes, "File with the classes that may occur, one a line"));
  group(command.add_option("--rare", options.rare_count, "A class with fewer examples is rare")->capture_default_str());
  group(command.add_option("--rare-share", options.rare_share, "So is one with a smaller share of its label")
            ->capture_default_str());
  group(command.add_option("--imbalance", options.imbalance, "Largest class by smallest")->capture_default_str());
  group(command.add_option("--aspect", options.aspect, "Longer edge by shorter one")->capture_default_str());
  add_source_options(command, quality.sources);
}

Result<int> run_quality(const QualityCommand& quality, bool json, const std::stop_token& stop) {
  pipeline::QualityOptions options = quality.options;
  options.pictures = !quality.no_pictures;
  AVA_TRY(options.sources, sources_of(quality.sources, options.list));
  if (!quality.classes.empty()) {
    AVA_TRY(const std::string text, file::read(quality.classes));
    AVA_TRY(options.classes, sample::read_labels_csv(text));
  }
  ProgressLine progress(!json);
  AVA_TRY(const auto report, pipeline::check_quality(options, progress.callback(), stop));
  progress.clear();
  if (json)
    say(schema::to_text(report));
  else
    print_quality(report);
  return quality.strict && report.errors > 0 ? kHasErrors : 0;
}

}  // namespace ava::cli
