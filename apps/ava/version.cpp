#include <CLI/CLI.hpp>

#include "command.hpp"
#include "console.hpp"

namespace ava::cli {

void add_version(CLI::App& app, Call& call) {
  CLI::App* version = app.add_subcommand("version", "Print the version");
  version->add_flag("--json", call.json, "Print JSON");
  version->callback([&call] {
    call.run = [&call](const std::stop_token&) -> Result<int> {
      say(call.json ? R"({"name":"AVA","version":")" AVA_VERSION R"("})" : "ava " AVA_VERSION);
      return 0;
    };
  });
}

}  // namespace ava::cli
