// `ava dataset preprocess`: what a graph would make of a dataset, and the job that makes it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "base/file.hpp"
#include "console.hpp"
#include "datasets.hpp"
#include "schema/json.hpp"

namespace ava::cli {

namespace {

struct DatasetPreprocessOptions {
  std::string dataset, graph, name, description;
  std::optional<std::int64_t> seed;
  bool check = false;
  bool wait = false;
};

void print_check(const Json& found) {
  for (const Json& problem : found["problems"]) {
    std::string place = text_at(problem, "node");
    if (problem.contains("edge") && problem["edge"].is_array() && problem["edge"].size() == 2)
      place = problem["edge"][0].get<std::string>() + " -> " + problem["edge"][1].get<std::string>();
    say(fmt::format("{}: {}{} ({})", text_at(problem, "severity"), place.empty() ? "" : place + ": ",
                    text_at(problem, "message"), text_at(problem, "slug")));
  }
  if (!found.contains("counts") || found["counts"].is_null()) return;
  print_table(found["counts"]["edges"], {{"FROM", "from"}, {"TO", "to"}, {"ITEMS", "items"}});
  say(text_at(found["counts"], "output") + " items in the new dataset");
}

bool is_wrong(const Json& found) {
  for (const Json& problem : found["problems"])
    if (text_at(problem, "severity") == "error") return true;
  return false;
}

Result<int> preprocess(Remote& r, const DatasetPreprocessOptions& options, bool json, const std::stop_token& stop) {
  AVA_TRY(const std::string text, file::read(options.graph));
  auto graph = schema::parse(text);
  if (!graph.ok()) return std::move(graph.error()).context(options.graph);
  AVA_TRY(const Json dataset, r.find("/datasets", "ds", options.dataset));
  const std::string path = "/datasets/" + text_at(dataset, "id") + "/preprocess";
  Json body = {{"graph", *graph}};
  if (options.seed) body["seed"] = *options.seed;
  if (options.check) {
    AVA_TRY(const Json found, r.post(path + "/check", body));
    show(json, found, print_check);
    return is_wrong(found) ? exit_code(ErrorCode::kInvalidArgument) : 0;
  }
  if (options.name.empty())
    return Error(ErrorCode::kInvalidArgument, "option.bad", "the new dataset needs a --name")
        .hint("or only ask what would be made, with --check");
  body["name"] = options.name;
  if (!options.description.empty()) body["description"] = options.description;
  AVA_TRY(Json made, r.post(path, body));
  if (options.wait) {
    AVA_TRY(made["dataset"],
            finished(r, text_at(made, "job.id"), "/datasets/" + text_at(made, "dataset.id"), json, stop));
  }
  show(json, made, [](const Json& m) { print_dataset(m["dataset"]); });
  return 0;
}

}  // namespace

void add_preprocess(CLI::App& group, Call& call) {
  auto options = std::make_shared<DatasetPreprocessOptions>();
  CLI::App* command = remote_command(
      group, call, "preprocess", "Make a new dataset of one, or several, through a graph of filters and operations",
      [&call, options](Remote& r, const std::stop_token& stop) { return preprocess(r, *options, call.json, stop); });
  command->add_option("dataset", options->dataset, "Name or id; what the graph's input reads if it names none")
      ->required();
  command->add_option("graph", options->graph, "File of the graph, as the editor exports it")->required();
  command->add_option("--name", options->name, "Name of the new dataset");
  command->add_option("--description", options->description);
  command->add_option("--seed", options->seed, "Same graph, data and seed: same pictures");
  command->add_flag("--check", options->check, "Make nothing: say what is wrong, and how many items pass each edge");
  command->add_flag("--wait", options->wait, "Wait for the end");
  command->footer(
      "Examples:\n  ava dataset preprocess signs double-rare.json --check\n"
      "  ava dataset preprocess signs double-rare.json --name signs-doubled --seed 7 --wait\n"
      "Exit with --check: 0 right, 2 something is wrong.");
}

}  // namespace ava::cli
