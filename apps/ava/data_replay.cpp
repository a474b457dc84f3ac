#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <memory>

#include "augment/all.hpp"
#include "augment/op_text.hpp"
#include "base/file.hpp"
#include "console.hpp"
#include "data.hpp"
#include "data_sources.hpp"
#include "graph/replay.hpp"
#include "pipeline/sources.hpp"

namespace ava::cli {

namespace {

struct DataReplayOptions {
  std::string list;
  std::uint64_t line = 0;
  std::string out;
  bool verify = false;
  unsigned threads = 0;
  SourceOptions sources;
};

Result<std::string> row_line(const std::string& path, std::uint64_t number) {
  std::ifstream file(path);
  if (!file) return Error(ErrorCode::kNotFound, "file.not_found", fmt::format("cannot read '{}'", path));
  std::string line;
  for (std::uint64_t i = 0; i < number; ++i)
    if (!std::getline(file, line))
      return Error(ErrorCode::kNotFound, "sample.not_found", fmt::format("'{}' has no line {}", path, number));
  return line;
}

Result<int> verify_rows(const DataReplayOptions& options, const pipeline::Sources& sources, bool json,
                        const std::stop_token& stop) {
  ProgressLine progress(!json);
  AVA_TRY(auto verified, graph::verify_replays(options.list, sources, options.threads, progress.callback(), stop));
  progress.clear();
  if (json) {
    say(schema::to_text(verified));
  } else {
    for (const graph::Mismatch& bad : verified.mismatches)
      say(fmt::format("line {}  {}  {}: {}", bad.line, bad.url, bad.slug, bad.detail));
    say(fmt::format("{} of {} rows were made again: {} differ", verified.made, verified.rows,
                    verified.mismatches.size()));
  }
  return verified.mismatches.empty() ? 0 : exit_code(ErrorCode::kCorrupt);
}

Result<int> replay_row(const DataReplayOptions& options, bool json, const std::stop_token& stop) {
  AVA_TRY(const auto sources, sources_of(options.sources, options.list));
  if (options.verify) return verify_rows(options, sources, json, stop);
  if (options.line == 0 || options.out.empty())
    return Error(ErrorCode::kInvalidArgument, "option.bad", "--line N and -o PICTURE, or --verify");
  AVA_TRY(const std::string line, row_line(options.list, options.line));
  AVA_TRY(const auto row, sample::parse_sample(line, pipeline::list_options(sources, "", 1)));
  AVA_TRY(const auto resolver, pipeline::make_resolver(sources));
  AVA_TRY(const auto replayed, graph::replay(row, *resolver));
  AVA_CHECK(file::write_atomic(options.out, replayed.bytes));
  say(json ? nlohmann::json{{"source_url", row.source_url}, {"ops", row.ops}, {"bytes", replayed.bytes.size()}}.dump()
           : fmt::format("{}  {}  {} -> {}", row.source_url, row.ops, human_bytes(replayed.bytes.size()), options.out));
  return 0;
}

std::string bounds_of(const augment::Parameter& parameter) {
  if (parameter.kind == augment::ParameterKind::kChoice) return fmt::format("{}", fmt::join(parameter.choices, ", "));
  return fmt::format("{:g} to {:g}, by itself {:g} to {:g}{}{}", parameter.min, parameter.max, parameter.low,
                     parameter.high, parameter.unit.empty() ? "" : "; ", parameter.unit);
}

Result<int> operations(const std::string& name, bool json) {
  std::vector<const augment::Op*> found(augment::all().begin(), augment::all().end());
  if (!name.empty()) {
    AVA_TRY(const augment::Op* one, augment::find(name));
    found = {one};
  }
  nlohmann::json listed = nlohmann::json::array();
  for (const augment::Op* op : found) {
    const augment::Description& what = op->description();
    if (json) {
      listed.push_back({{"name", what.name},
                        {"title", what.title},
                        {"family", augment::name_of(what.family)},
                        {"doc", what.doc},
                        {"labels", what.labels},
                        {"schema", augment::schema_of(*op)}});
      continue;
    }
    say(fmt::format("{:<20} {:<12} {}", what.name, augment::name_of(what.family), what.doc));
    if (name.empty()) continue;
    say(fmt::format("  labels: {}", what.labels));
    for (const augment::Parameter& parameter : what.parameters)
      if (!parameter.drawn_only && parameter.kind != augment::ParameterKind::kText)
        say(fmt::format("  {:<14} {} ({})", parameter.name, parameter.doc, bounds_of(parameter)));
  }
  if (json) say(listed.dump(2));
  return 0;
}

}  // namespace

void add_data_replay(CLI::App& data, Call& call) {
  auto options = std::make_shared<DataReplayOptions>();
  CLI::App* command = data.add_subcommand("replay", "Make a generated picture again from its row, byte for byte");
  command->add_option("list", options->list, "A list that `ava data augment` or a server made")->required();
  command->add_option("--line", options->line, "Which row, from 1");
  command->add_option("-o,--out", options->out, "The picture to write");
  command->add_flag("--verify", options->verify,
                    "Make every generated picture again and compare it with the one there");
  command->add_option("--threads", options->threads, "0: one per core")->check(CLI::Range(0, 256));
  add_source_options(*command, options->sources);
  command->add_flag("--json", call.json, "Print JSON");
  command->footer(
      "Examples:\n  ava data replay more/list.jsonl --line 8 -o x.jpg\n  ava data replay more/list.jsonl --verify");
  command->callback([&call, options] {
    call.run = [&call, options](const std::stop_token& stop) { return replay_row(*options, call.json, stop); };
  });
}

void add_data_operations(CLI::App& data, Call& call) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = data.add_subcommand("operations", "Operations that graphs may use, with their parameters");
  command->add_option("name", *name, "One of them: say everything");
  command->add_flag("--json", call.json, "Print JSON, each with its JSON Schema");
  command->footer("Examples:\n  ava data operations\n  ava data operations rotate\n  ava data operations --json");
  command->callback(
      [&call, name] { call.run = [&call, name](const std::stop_token&) { return operations(*name, call.json); }; });
}

}  // namespace ava::cli
