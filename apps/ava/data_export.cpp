#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "console.hpp"
#include "convert/export_run.hpp"
#include "data.hpp"
#include "data_sources.hpp"

namespace ava::cli {

namespace {

struct DataExportOptions {
  convert::ExportSpec spec;
  SourceOptions sources;
};

void print_table_of(std::string_view title, const convert::ExportCounts& counts) {
  if (counts.empty()) return;
  say(std::string(title));
  for (const auto& [what, count] : counts) say(fmt::format("  {:>8}  {}", count, what));
}

void print_exported(const convert::ExportResult& result, const std::string& folder) {
  say(fmt::format("{}: {} items in = {} out + {} listed; {} annotations in, {} out -> {}", result.to, result.items_in,
                  result.items_out, result.items_listed, result.annotations_in, result.annotations_out, folder));
  print_table_of("items listed in rejects.jsonl:", result.reasons);
  print_table_of("annotations left out:", result.left_out);
  print_table_of("attributes this format has no place for:", result.not_carried);
  if (result.left_out.empty() && result.not_carried.empty()) say("nothing was lost");
}

Result<int> export_list(const DataExportOptions& options, bool json, const std::stop_token& stop) {
  convert::ExportSpec spec = options.spec;
  AVA_TRY(spec.sources, sources_of(options.sources, spec.from));
  ProgressLine progress(!json);
  const auto result = convert::run_export(spec, progress.callback(), stop);
  progress.clear();
  AVA_CHECK(result);
  if (json)
    say(schema::to_text(*result));
  else
    print_exported(*result, spec.target.folder);
  return 0;
}

}  // namespace

void add_data_export(CLI::App& data, Call& call) {
  auto options = std::make_shared<DataExportOptions>();
  CLI::App* command =
      data.add_subcommand("export", "Write a list or a set as COCO, VOC, YOLO, folders, or a list again");
  command->add_option("from", options->spec.from, "A list, or the folder of a set, made by AVA or not")->required();
  command->add_option("--to", options->spec.to, "coco, voc, yolo, folder (per class), list, old-list")->required();
  command->add_option("-o,--out", options->spec.target.folder, "Folder to make; must not hold anything else")
      ->required();
  command->add_option("--label", options->spec.label,
                      "Label to export, e.g. detection.cars; default: the only one that fits; lists carry all");
  command->add_flag("--labels-only", options->spec.labels_only, "Do not copy the pictures");
  add_source_options(*command, options->sources);
  command->add_flag("--json", call.json, "Print JSON");
  command->footer(
      "All lines in their order, in one part. What the format cannot carry is counted at the end, what is not "
      "exported\n"
      "stands in OUT/rejects.jsonl; OUT/names.tsv says which file is which url.\n"
      "Examples:\n  ava data export voc.lst --to coco -o sets\n"
      "  ava data export voc.lst --to yolo -o sets --labels-only --json\n"
      "  ava data export sets/recordio/train --to list -o again");
  command->callback([&call, options] {
    call.run = [&call, options](const std::stop_token& stop) { return export_list(*options, call.json, stop); };
  });
}

}  // namespace ava::cli
