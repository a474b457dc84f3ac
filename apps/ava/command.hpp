// How a command group joins the executable: one `add_*` function per file, one line in main.cpp. A group parses its own
// options and leaves what is to be done in Call; main runs it and turns the answer into an exit code.
#pragma once

#include <functional>
#include <stop_token>

#include "base/result.hpp"

namespace CLI {
class App;
}

namespace ava::cli {

/// Exit code of a command that did its work and found its input at fault: a list with bad lines, a damaged set.
constexpr int kFoundFaults = 8;

/// What the parsed command line asks for.
struct Call {
  /// Set by the chosen subcommand. The answer is the exit code; an Error is printed by main (as JSON when `json`).
  std::function<Result<int>(const std::stop_token& stop)> run;
  bool json = false;
};

void add_version(CLI::App& app, Call& call);
void add_data(CLI::App& app, Call& call);  ///< data check | stats | import | format | verify: data_*.cpp
void add_worker(CLI::App& app, Call& call);
void add_server(CLI::App& app, Call& call);
void add_openapi(CLI::App& app, Call& call);
void add_account(CLI::App& app, Call& call);   ///< login | whoami | user
void add_datasets(CLI::App& app, Call& call);  ///< bucket | dataset
void add_trainings(CLI::App& app, Call& call);
/// Last: give every command that has no example in its help one.
void add_examples(CLI::App& app);  ///< training | run | model | job

}  // namespace ava::cli
