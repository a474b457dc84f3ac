// The one executable. A command group is one file that adds itself here; each group says what to run, main runs it.
#include <pthread.h>
#include <CLI/CLI.hpp>
#include <csignal>
#include <stop_token>
#include <thread>

#include "command.hpp"
#include "console.hpp"

namespace {

constexpr int kBadUsage = 2;

/// Turns SIGINT and SIGTERM into a stop request; a second one ends the program at once.
/// Lifetime: the waiting thread ends with the program.
void watch_signals(std::stop_source& source) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::thread([set, &source] {
    int which = 0;
    sigwait(&set, &which);
    source.request_stop();
    sigwait(&set, &which);
    _exit(128 + which);
  }).detach();
}

int run_command(const ava::cli::Call& call) {
  static std::stop_source source;  // outlives the watching thread
  watch_signals(source);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is an error of write(), not the end of the program
  const auto code = call.run(source.get_token());
  if (code.ok()) return *code;
  ava::cli::print_error(code.error(), call.json);
  return ava::exit_code(code.error().code());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("AVA: from a labelled image list to a trained and served model", "ava");
  app.require_subcommand(1);
  app.fallthrough(false);
  ava::cli::Call call;
  ava::cli::add_version(app, call);
  ava::cli::add_data(app, call);
  ava::cli::add_worker(app, call);
  ava::cli::add_server(app, call);
  ava::cli::add_openapi(app, call);
  ava::cli::add_account(app, call);
  ava::cli::add_datasets(app, call);
  ava::cli::add_trainings(app, call);
  ava::cli::add_examples(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadUsage;
  }
  return call.run ? run_command(call) : kBadUsage;
}
