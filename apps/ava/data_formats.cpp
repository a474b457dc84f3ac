// `ava data formats`: the training formats there are, with the options of each as JSON Schema.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "console.hpp"
#include "data.hpp"
#include "format/all.hpp"
#include "schema/json.hpp"

namespace ava::cli {

namespace {

Result<int> print_formats(bool json) {
  schema::Json items = schema::Json::array();
  for (const format::Format* one : format::all()) {
    AVA_TRY(auto options, schema::parse(one->options_schema()));
    items.push_back({{"name", one->name()},
                     {"title", one->title()},
                     {"description", one->description()},
                     {"options_schema", std::move(options)}});
    if (!json) say(fmt::format("{:<10} {}: {}", one->name(), one->title(), one->description()));
  }
  if (json) say(schema::Json{{"items", std::move(items)}}.dump());
  return 0;
}

}  // namespace

void add_data_formats(CLI::App& data, Call& call) {
  CLI::App* command = data.add_subcommand("formats", "List the training formats and their options");
  command->add_flag("--json", call.json, "Print JSON, with the options of each as JSON Schema");
  command->callback([&call] { call.run = [&call](const std::stop_token&) { return print_formats(call.json); }; });
}

}  // namespace ava::cli
