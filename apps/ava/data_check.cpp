#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <optional>

#include "base/file.hpp"
#include "console.hpp"
#include "data.hpp"
#include "data_quality.hpp"
#include "pipeline/check.hpp"
#include "pipeline/rejects.hpp"
#include "sample/diagnose.hpp"
#include "sample/list_writer.hpp"

namespace ava::cli {

namespace {

struct DataCheckOptions {
  std::string list;
  std::string rejects;
  std::string url_prefix;
  unsigned threads = 0;
  std::size_t show = 20;
  bool statistics = false;
  bool duplicates = false;
  QualityCommand quality;
};

void append_counts(std::string& out, const sample::ListCounts& counts) {
  out += fmt::format(R"({{"lines":{},"items":{},"rejected":{},"blank":{},"annotations":{},"annotations_rejected":{},)"
                     R"("old_form":{},"new_form":{},"bytes":{},"warnings":{{)",
                     counts.lines, counts.items, counts.rejected, counts.blank, counts.annotations,
                     counts.annotations_rejected, counts.old_form, counts.new_form, counts.bytes);
  bool first = true;
  for (const auto& [name, count] : counts.warnings) {
    out += fmt::format("{}\"{}\":{}", first ? "" : ",", name, count);
    first = false;
  }
  out += "}";
}

std::string reject_text(const sample::Reject& reject) {
  std::string text =
      reject.column > 0 ? fmt::format("line {}:{}", reject.line, reject.column) : fmt::format("line {}", reject.line);
  text += fmt::format("  {}  {}", reject.slug, reject.detail);
  if (!reject.url.empty()) text += fmt::format("  [{}]", reject.url);
  if (!reject.hint.empty()) text += fmt::format("\n          fix: {}", reject.hint);
  return text;
}

/// A file that is one JSON value over many lines: say what to change in it.
void explain_document(const std::string& path) {
  const auto text = file::read(path, 4u << 20);
  if (!text.ok()) return;
  for (const sample::Diagnostic& fault : sample::diagnose(*text))
    fmt::print(stderr, "  {}:{}  {}\n          fix: {}\n", fault.line, fault.column, fault.problem, fault.fix);
}

void append_duplicates(std::string& out, const sample::UrlDuplicates& found) {
  out += fmt::format(R"(,"duplicate_urls":{{"lines":{},"urls":{},"first":[)", found.lines, found.urls);
  for (const sample::UrlAgain& again : found.first)
    out += fmt::format(R"({}{{"line":{},"first_line":{}}})", &again == found.first.data() ? "" : ",", again.line,
                       again.first_line);
  out += "]}";
}

void say_duplicates(const sample::UrlDuplicates& found) {
  say(fmt::format("{} lines repeat the url of an earlier one ({} urls)", found.lines, found.urls));
  for (const sample::UrlAgain& again : found.first)
    say(fmt::format("  line {} as line {}", again.line, again.first_line));
}

void say_statistics(const sample::LabelStats& stats) {
  for (const sample::LabelCount& label : stats.labels) {
    say(fmt::format("{}: {} in {} pictures, {} pictures without", label.key.str(), label.total, label.images,
                    label.unlabelled));
    for (const sample::ClassCount& cls : label.count) say(fmt::format("  {:>10}  {}", cls.count, cls.cls));
  }
}

Result<int> check(const DataCheckOptions& options, bool json, const std::stop_token& stop) {
  std::optional<pipeline::Rejects> file;
  if (!options.rejects.empty()) {
    AVA_CHECK(file::remove_tree(options.rejects));
    AVA_TRY(auto opened, pipeline::Rejects::create(options.rejects));
    file = std::move(opened);
  }
  std::vector<sample::Reject> shown;
  const auto on_reject = [&](const sample::Reject& reject) -> Result<void> {
    if (shown.size() < options.show) shown.push_back(reject);
    return file ? file->add(reject) : Result<void>();
  };
  ProgressLine progress(!json);
  const pipeline::CheckOptions how{.threads = options.threads,
                                   .statistics = options.statistics,
                                   .duplicates = options.duplicates,
                                   .url_prefix = options.url_prefix};
  const auto report = pipeline::check_list(options.list, how, on_reject, progress.callback(), stop);
  progress.clear();
  if (!report.ok()) {
    const std::string& slug = report.error().slug();
    if (!json && (slug == "list.json_array" || slug == "list.object_over_lines")) explain_document(options.list);
    return report.error();
  }
  if (file) AVA_CHECK(file->close());
  const sample::ListCounts& counts = report->counts;
  if (json) {
    std::string out;
    append_counts(out, counts);
    out += ",\"rejects\":[";
    for (const sample::Reject& reject : shown) {
      std::string line = sample::to_json_line(reject);
      line.pop_back();
      out += (&reject == shown.data() ? "" : ",") + line;
    }
    out += "]";
    if (options.duplicates) append_duplicates(out, report->duplicates);
    if (options.statistics) out += ",\"statistics\":" + schema::to_text(pipeline::report_of(report->stats));
    say(out + "}");
  } else {
    say(fmt::format("{} lines: {} items, {} rejected; {} annotations, {} of them rejected; {}", counts.lines,
                    counts.items, counts.rejected, counts.annotations, counts.annotations_rejected,
                    human_bytes(counts.bytes)));
    for (const auto& [name, count] : counts.warnings) say(fmt::format("  tolerated: {} {}", name, count));
    for (const sample::Reject& reject : shown) say("  " + reject_text(reject));
    const std::uint64_t all = counts.rejected + counts.annotations_rejected;
    if (all > shown.size()) say(fmt::format("  ... and {} more; --rejects FILE writes them all", all - shown.size()));
    if (options.duplicates) say_duplicates(report->duplicates);
    if (options.statistics) say_statistics(report->stats);
  }
  return counts.rejected + counts.annotations_rejected == 0 ? 0 : kFoundFaults;
}

}  // namespace

void add_data_check(CLI::App& data, Call& call) {
  auto options = std::make_shared<DataCheckOptions>();
  CLI::App* command = data.add_subcommand("check", "Read a list to its end and say what is wrong with it");
  command->add_option("list", options->list, "AVA list, old or new form")->required();
  command->add_option("--rejects", options->rejects, "Write every reject to this file, one JSON object per line");
  command->add_option("--show", options->show, "Show at most so many rejects")->capture_default_str();
  command->add_option("--threads", options->threads, "Parsing threads; 0: one per core")->check(CLI::Range(0, 256));
  command->add_option("--url-prefix", options->url_prefix, "Put before relative urls");
  command->add_flag("--statistics", options->statistics, "Count labels and classes, too");
  command->add_flag("--duplicates", options->duplicates, "Find urls that stand on several lines, too");
  command->add_flag("--json", call.json, "Print JSON");
  add_quality_options(*command, options->quality);
  command->footer(
      "Examples:\n  ava data check dataset.jsonlist\n  ava data check dataset.jsonlist --rejects bad.jsonl --json\n"
      "  ava data check dataset.jsonlist --statistics --duplicates\n"
      "  ava data check dataset.jsonlist --quality --near 6 --json\n"
      "Exit: 0 good, 8 something was rejected, 2 not a list. With --quality: 0, or 8 for errors and --strict.");
  command->callback([&call, options] {
    call.run = [&call, options](const std::stop_token& stop) {
      if (!options->quality.wanted) return check(*options, call.json, stop);
      pipeline::QualityOptions& how = options->quality.options;
      how.list = options->list;
      how.url_prefix = options->url_prefix;
      how.threads = options->threads;
      return run_quality(options->quality, call.json, stop);
    };
  });
}

}  // namespace ava::cli
