// Examples for the help of commands that bring none of their own: one table, so that no command goes without.
#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "command.hpp"

namespace ava::cli {

namespace {

/// What follows the command's name. A command that is not here takes no arguments.
const std::map<std::string, std::string>& arguments() {
  static const std::map<std::string, std::string> kArguments = {
      {"bucket remove", "bk_01j..."},
      {"data formats", "--json"},
      {"dataset copy", "signs signs-of-may --description 'as of May'"},
      {"dataset delete", "signs"},
      {"dataset delete-set", "fs_01j..."},
      {"dataset sets", "signs"},
      {"dataset show", "signs --json"},
      {"dataset stats", "signs"},
      {"dataset verify-set", "fs_01j..."},
      {"job cancel", "jb_01j..."},
      {"job why", "jb_01j..."},
      {"model delete", "first-model"},
      {"model download", "first-model -o first-model.tar.gz"},
      {"model list", "--training tr_01j..."},
      {"model upload", "first-model first-model.tar.gz"},
      {"openapi", "> openapi.json"},
      {"run list", "--training first"},
      {"run metrics", "rn_01j..."},
      {"training delete", "first"},
      {"training log", "first"},
      {"training show", "first --json"},
      {"training stop", "first"},
      {"training wait", "first"},
      {"user demote", "xiaoming"},
      {"user disable", "xiaoming"},
      {"user enable", "xiaoming"},
      {"user promote", "xiaoming"},
      {"version", "--json"},
      {"worker", "--job /var/lib/ava/jobs/jb_01j.../job.json"},
  };
  return kArguments;
}

void add_to(CLI::App& command, const std::string& path) {
  const auto below = command.get_subcommands([](const CLI::App*) { return true; });
  for (CLI::App* one : below) add_to(*one, path.empty() ? one->get_name() : path + " " + one->get_name());
  const std::string said = command.get_footer();
  if (!below.empty() || said.find("Example") != std::string::npos) return;
  const auto found = arguments().find(path);
  const std::string rest = found == arguments().end() ? "" : " " + found->second;
  command.footer((said.empty() ? "" : said + "\n\n") + "Example:\n  ava " + path + rest);
}

}  // namespace

void add_examples(CLI::App& app) { add_to(app, ""); }

}  // namespace ava::cli
