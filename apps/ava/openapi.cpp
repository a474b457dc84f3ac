// `ava openapi`: the description of the REST API, from the routes of a System that serves nobody.
#include <CLI/CLI.hpp>
#include <filesystem>

#include "api/routes.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "command.hpp"
#include "console.hpp"
#include "system.hpp"

namespace ava::cli {

namespace {

Result<int> print_openapi() {
  log::set_level(log::Level::kWarn);
  std::string name = (std::filesystem::temp_directory_path() / "ava-openapi-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return file::error_of(errno, "make folder", name);
  SystemSettings settings;
  settings.data = name;
  settings.database_url = "sqlite:" + name + "/ava.db";
  const auto print = [&]() -> Result<int> {
    AVA_TRY(Resources resources, open_resources(settings));
    const System system(settings, std::move(resources));
    say(api::openapi_of(system.router).dump(2));
    return 0;
  };
  auto code = print();
  AVA_CHECK(file::remove_tree(name));
  return code;
}

}  // namespace

void add_openapi(CLI::App& app, Call& call) {
  CLI::App* command = app.add_subcommand("openapi", "Print the OpenAPI description of the REST API");
  command->callback([&call] { call.run = [](const std::stop_token&) { return print_openapi(); }; });
}

}  // namespace ava::cli
