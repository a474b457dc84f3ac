// `ava login`, `logout`, `whoami`, `user`, `token`: who one is, and who may come in.
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "base/file.hpp"
#include "console.hpp"
#include "remote.hpp"

namespace ava::cli {

namespace {

struct Login {
  std::string server = "http://127.0.0.1:8080";
  std::string user;
  std::string password_file;
  std::string new_password_file;
};

/// First line of a file, or what a person types without seeing it.
Result<std::string> password_from(const std::string& path, const std::string& question) {
  std::string text;
  if (!path.empty()) {
    AVA_TRY(text, file::read(path, 4096));
  } else {
    termios before{};
    const bool terminal = tcgetattr(0, &before) == 0;
    termios quiet = before;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (terminal) {
      std::cerr << question;
      tcsetattr(0, TCSAFLUSH, &quiet);
    }
    std::getline(std::cin, text);
    if (terminal) tcsetattr(0, TCSAFLUSH, &before);
    if (terminal) std::cerr << '\n';
  }
  return text.substr(0, text.find_first_of("\r\n"));
}

/// Log in for a cookie, change a one-time password, make a token and keep it.
Result<int> log_in(const Login& login, bool json) {
  AVA_TRY(const std::string password, password_from(login.password_file, "Password: "));
  Remote door(login.server);
  http::ClientRequest request;
  request.method = http::Method::kPost;
  request.target = "/api/v1/session";
  request.body = Json{{"name", login.user}, {"password", password}}.dump();
  AVA_TRY(const auto answer, door.client().expect(request));
  const std::string cookie = answer.headers.get("Set-Cookie");
  Remote inside(login.server, {}, cookie.substr(0, cookie.find(';')));
  AVA_TRY(const Json session, inside.get("/session"));
  if (session["user"].value("must_change_password", false)) {
    AVA_TRY(const std::string chosen, password_from(login.new_password_file, "New password (8 characters or more): "));
    AVA_CHECK(inside.post("/session/password", {{"old_password", password}, {"new_password", chosen}}));
  }
  char host[256] = "shell";
  gethostname(host, sizeof host - 1);
  AVA_TRY(const Json token, inside.post("/tokens", {{"name", fmt::format("ava login on {}", host).substr(0, 60)}}));
  AVA_CHECK(save_login(login.server, token.value("secret", "")));
  AVA_CHECK(inside.remove("/session"));
  show(json, session, [&](const Json& s) {
    say(fmt::format("logged in as {} at {}; the token is kept in {}", text_at(s, "user.name"), login.server,
                    config_file().string()));
  });
  return 0;
}

void add_users(CLI::App& app, Call& call) {
  CLI::App* group = app.add_subcommand("user", "Accounts (for admins)");
  group->require_subcommand(1);
  remote_command(*group, call, "list", "All accounts", [&call](Remote& r, const std::stop_token&) -> Result<int> {
    AVA_TRY(const Json users, r.all("/users"));
    show(call.json, users, [](const Json& page) {
      print_table(page["items"], {{"NAME", "name"}, {"ROLE", "role"}, {"STATE", "state"}, {"ID", "id"}});
    });
    return 0;
  });
  struct Target {
    std::string name;
  };
  const auto change = [&](const char* verb, const char* help, const Json& body) {
    auto target = std::make_shared<Target>();
    CLI::App* command = remote_command(
        *group, call, verb, help, [&call, target, body](Remote& r, const std::stop_token&) -> Result<int> {
          AVA_TRY(const Json users, r.all("/users"));
          for (const Json& user : users["items"]) {
            if (text_at(user, "name") != target->name && text_at(user, "id") != target->name) continue;
            AVA_TRY(const Json changed, r.patch("/users/" + text_at(user, "id"), body));
            show(call.json, changed, [](const Json& u) {
              say(fmt::format("{}: {}, {}", text_at(u, "name"), text_at(u, "role"), text_at(u, "state")));
            });
            return 0;
          }
          return Error(ErrorCode::kNotFound, "cli.not_found", fmt::format("there is no account '{}'", target->name));
        });
    command->add_option("name", target->name, "Name or id")->required();
  };
  change("enable", "Let an account in", {{"state", "active"}});
  change("disable", "Lock an account out", {{"state", "disabled"}});
  change("promote", "Make an account an admin", {{"role", "admin"}});
  change("demote", "Make an account a member", {{"role", "member"}});
}

}  // namespace

void add_account(CLI::App& app, Call& call) {
  auto login = std::make_shared<Login>();
  CLI::App* command = app.add_subcommand("login", "Log in to a server and keep a token");
  command->add_option("--server", login->server, "http://HOST:PORT or unix:///PATH")->capture_default_str();
  command->add_option("--user", login->user, "Name of the account")->required();
  command->add_option("--password-file", login->password_file, "File with the password; default: ask");
  command->add_option("--new-password-file", login->new_password_file,
                      "File with the password to choose when a one-time password must be changed; default: ask");
  command->add_flag("--json", call.json, "Print JSON");
  command->footer("Example:\n  ava login --server http://127.0.0.1:8080 --user admin");
  command->callback(
      [login, &call] { call.run = [login, &call](const std::stop_token&) { return log_in(*login, call.json); }; });
  remote_command(
      app, call, "whoami", "Who is logged in where", [&call](Remote& r, const std::stop_token&) -> Result<int> {
        AVA_TRY(const Json session, r.get("/session"));
        show(call.json, session,
             [](const Json& s) { say(fmt::format("{} ({})", text_at(s, "user.name"), text_at(s, "user.role"))); });
        return 0;
      });
  add_users(app, call);
}

}  // namespace ava::cli
