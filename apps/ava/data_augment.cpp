#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "augment/all.hpp"
#include "augment/op_text.hpp"
#include "base/file.hpp"
#include "console.hpp"
#include "data.hpp"
#include "data_sheet.hpp"
#include "data_sources.hpp"
#include "graph/check.hpp"
#include "graph/run.hpp"
#include "pipeline/check.hpp"
#include "schema/json.hpp"

namespace ava::cli {

namespace {

struct DataAugmentOptions {
  std::string graph;
  std::string list;
  std::string picture;
  std::uint64_t preview = 0;
  bool check = false;
  std::string rejects;
  graph::RunSpec spec;
  SourceOptions sources;
};

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

void print_counts(const graph::Counts& counts) {
  std::size_t widest = 0;
  for (const graph::EdgeCount& edge : counts.edges) widest = std::max(widest, edge.from.size() + edge.to.size() + 4);
  for (const graph::EdgeCount& edge : counts.edges)
    say(fmt::format("  {:<{}}  {:>12}", edge.from + " -> " + edge.to, widest, with_commas(edge.items)));
  for (const graph::NodeCount& node : counts.nodes)
    if (node.duplicates > 0)
      say(fmt::format("  {}: {} came over a second path and count once", node.id, with_commas(node.duplicates)));
  say(fmt::format("  {} rows become {}, {} of them new pictures", with_commas(counts.rows), with_commas(counts.output),
                  with_commas(counts.generated)));
}

void print_augmented(const graph::RunResult& result) {
  if (result.already_there) say("this result was already there; nothing was written");
  print_counts(result.counts);
  say(fmt::format("{} rows = {} kept + {} new ({}); {} source rows rejected -> {}", with_commas(result.rows),
                  with_commas(result.kept), with_commas(result.generated), human_bytes(result.bytes), result.rejected,
                  result.list));
  for (const auto& [slug, count] : result.reasons) say(fmt::format("  {:>8}  {}", count, slug));
  if (result.boxes_clipped + result.boxes_dropped + result.landmarks_dropped > 0)
    say(fmt::format("{} boxes cut to the picture, {} boxes and {} landmarks dropped", result.boxes_clipped,
                    result.boxes_dropped, result.landmarks_dropped));
  if (result.from_cache > 0) say(fmt::format("{} pictures came from the cache", result.from_cache));
  if (result.resumed > 0) say(fmt::format("{} pictures had been finished by an earlier attempt", result.resumed));
}

/// Classes of all lists by label, for warnings. Nullopt when a list is not a file of this machine: it is not read
/// twice.
Result<std::optional<graph::KnownClasses>> classes_of_lists(const graph::Graph& graph, const std::string& list,
                                                            const std::stop_token& stop) {
  graph::KnownClasses known;
  for (const graph::Node& node : graph.nodes) {
    if (node.type != graph::NodeType::kInput) continue;
    const std::string& path = node.list.empty() ? list : node.list;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) return std::optional<graph::KnownClasses>();
    AVA_TRY(const auto checked, pipeline::check_list(path, {}, {}, {}, stop));
    for (const pipeline::LabelTotal& label : pipeline::report_of(checked.stats).labels)
      for (const pipeline::ClassTotal& cls : label.count) known[label.key].insert(cls.cls);
  }
  return std::optional(std::move(known));
}

/// Errors and warnings: what the text says wrong, the rules, and what the lists do not have.
Result<std::vector<graph::Problem>> problems_of(const graph::Reading& reading, const std::string& list,
                                                const std::stop_token& stop) {
  AVA_TRY(const auto known, classes_of_lists(reading.graph, list, stop));
  auto problems = reading.problems;
  const auto rules = graph::check(reading.graph, known ? &*known : nullptr);
  problems.insert(problems.end(), rules.begin(), rules.end());
  return problems;
}

bool is_error(const graph::Problem& problem) { return problem.severity == graph::Severity::kError; }

std::string problem_line(const graph::Problem& problem) {
  const bool unnamed = !problem.node.empty() && problem.message.find("'" + problem.node + "'") == std::string::npos;
  return fmt::format("{}{}: {}{}{}", is_error(problem) ? "" : "warning: ", problem.slug,
                     unnamed ? fmt::format("'{}': ", problem.node) : "", problem.message,
                     problem.hint.empty() ? "" : " (" + problem.hint + ")");
}

/// Everything that is wrong, then the counts.
Result<int> check_only(const graph::Reading& reading, const graph::RunSpec& spec, bool json,
                       const std::stop_token& stop) {
  AVA_TRY(const auto problems, problems_of(reading, spec.inputs.list, stop));
  const bool wrong = std::any_of(problems.begin(), problems.end(), is_error);
  nlohmann::json document{{"problems", nlohmann::json::array()}, {"counts", nullptr}};
  for (const graph::Problem& problem : problems) {
    if (!json) say(problem_line(problem));
    document["problems"].push_back({{"slug", problem.slug},
                                    {"severity", is_error(problem) ? "error" : "warning"},
                                    {"node", problem.node},
                                    {"message", problem.message}});
  }
  if (!wrong) {
    AVA_TRY(auto counts, graph::count(reading.graph, spec.inputs, spec.seed, stop));
    if (json)
      document["counts"] = schema::to_json(counts);
    else
      print_counts(counts);
  }
  if (json) say(document.dump());
  return wrong ? exit_code(ErrorCode::kInvalidArgument) : 0;
}

Result<int> preview_only(const graph::Graph& graph, const DataAugmentOptions& options, const graph::RunSpec& spec,
                         const std::stop_token& stop) {
  if (options.picture.empty())
    return Error(ErrorCode::kInvalidArgument, "option.bad", "--preview needs -o SHEET.png or .jpg");
  graph::PlanOptions plan_options;
  plan_options.seed = spec.seed;
  AVA_TRY(const graph::Plan plan, graph::Plan::make(graph, spec.inputs, plan_options, stop));
  AVA_TRY(const auto shown, graph::preview(plan, spec.inputs, {.count = options.preview}, {}, stop));
  AVA_CHECK(write_sheet(shown, options.picture));
  for (const graph::Shown& one : shown) say(fmt::format("{}  {}", one.url, one.error.empty() ? one.ops : one.error));
  say("-> " + options.picture);
  return 0;
}

Result<int> augment_list(const DataAugmentOptions& options, bool json, const std::stop_token& stop) {
  AVA_TRY(const std::string text, file::read(options.graph));
  AVA_TRY(const graph::Reading reading, graph::read(text));
  graph::RunSpec spec = options.spec;
  spec.graph.text = text;
  spec.inputs.list = options.list;
  spec.inputs.open_paths = true;
  std::string base = options.list;
  for (const graph::Node& node : reading.graph.nodes)
    if (base.empty() && node.type == graph::NodeType::kInput) base = node.list;
  AVA_TRY(spec.inputs.sources, sources_of(options.sources, base));
  if (options.check) return check_only(reading, spec, json, stop);
  AVA_TRY(const graph::Graph graph, graph::parse(text));
  AVA_TRY(const auto warnings, problems_of(reading, options.list, stop));
  for (const graph::Problem& problem : warnings) std::fprintf(stderr, "%s\n", problem_line(problem).c_str());
  if (options.preview > 0) return preview_only(graph, options, spec, stop);
  if (spec.target.folder.empty())
    return Error(ErrorCode::kInvalidArgument, "option.bad", "--out DIR says where the result goes");
  ProgressLine progress(!json);
  const auto result = graph::run(spec, progress.callback(), stop, options.rejects);
  progress.clear();
  AVA_CHECK(result);
  if (json)
    say(schema::to_text(*result));
  else
    print_augmented(*result);
  return 0;
}

}  // namespace

void add_data_augment(CLI::App& data, Call& call) {
  auto options = std::make_shared<DataAugmentOptions>();
  graph::RunSpec& spec = options->spec;
  CLI::App* command = data.add_subcommand("augment", "Make a new list and new pictures of a list, by a graph");
  command->add_option("graph", options->graph, "The graph, JSON as the editor exports it")->required();
  command->add_option("--list", options->list, "List of inputs that name none; relative urls are below its folder");
  command->add_option("--out", spec.target.folder, "Folder of the result; made, must not hold anything else");
  command->add_option("--seed", spec.seed, "Decides all that is random")->capture_default_str();
  command->add_option("--threads", spec.threads, "0: one per core; the bytes do not depend on it")
      ->check(CLI::Range(0, 256));
  command
      ->add_option("--cache", spec.cache,
                   "Folder that keeps new pictures for any later job: of more rows or a larger multiple only the new\n"
                   "ones are computed")
      ->envname("AVA_CACHE");
  command->add_option("--cache-size", spec.cache_bytes, "What the cache may take, e.g. 500MiB; 0: no bound")
      ->transform(CLI::AsSizeValue(false))
      ->default_str("20GiB");
  command->add_option("--max-reject-ratio", spec.max_reject_ratio, "Fail when more rows are bad")
      ->capture_default_str();
  command->add_option("--rejects", options->rejects, "Where rejects.jsonl is left when it fails");
  command->add_flag("--check", options->check, "Only say what is wrong with the graph, and how many pass each edge");
  command->add_option("--preview", options->preview, "Only draw this many before and after, to -o")
      ->check(CLI::Range(1, 240));
  command->add_option("-o", options->picture, "The preview to write: .png or .jpg");
  add_source_options(*command, options->sources);
  command->add_flag("--json", call.json, "Print JSON");
  command->footer(
      "Writes OUT/list.jsonl, OUT/pictures/, OUT/graph.json, OUT/report.json and OUT/rejects.jsonl; all of it appears\n"
      "at once, at the end. Run again after a crash, the same command goes on with the pictures it had finished.\n"
      "Examples:\n  ava data augment graph.json --list dataset.jsonlist --check\n"
      "  ava data augment graph.json --list dataset.jsonlist --preview 12 -o sheet.png\n"
      "  ava data augment graph.json --list dataset.jsonlist --out more --seed 7\n"
      "  ava data augment graph.json --list dataset.jsonlist --out more2 --seed 7 --cache ~/.cache/ava");
  command->callback([&call, options] {
    call.run = [&call, options](const std::stop_token& stop) { return augment_list(*options, call.json, stop); };
  });
}

}  // namespace ava::cli
