// A server as the shell commands use it: where it is and who asks, kept in a file; JSON in and out; tables for people.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "command.hpp"
#include "http/client.hpp"

namespace ava::cli {

using Json = nlohmann::json;

/// Where `ava login` keeps the server and the token: $AVA_CONFIG_DIR, else ~/.config/ava; file mode 0600.
std::filesystem::path config_file();
/// Errors: `file.*`.
Result<void> save_login(const std::string& server, const std::string& token);

/// A connection with a credential. Thread: not thread-safe.
class Remote {
 public:
  /// Server and token from AVA_URL and AVA_TOKEN, else from the file of `ava login`. Errors: `cli.not_logged_in`.
  static Result<Remote> open();
  /// Without a credential, for logging in.
  explicit Remote(const std::string& server, const std::string& token = {}, const std::string& cookie = {});

  /// Paths are below /api/v1. Errors: those of the server's problem reply, and of http::Client.
  Result<Json> get(const std::string& path);
  Result<Json> post(const std::string& path, const Json& body);
  Result<Json> patch(const std::string& path, const Json& body);
  Result<void> remove(const std::string& path);
  /// Stream a file as an upload; progress on a terminal.
  Result<Json> upload(const std::filesystem::path& file);
  /// Stream an answer into a new file, whole or not at all.
  Result<void> download(const std::string& path, const std::filesystem::path& to);
  /// Every page of a list, joined.
  Result<Json> all(const std::string& path);
  http::Client& client() { return client_; }

  /// Ask for `path` again until `over` says so. Errors: `job.cancelled` when stopped.
  Result<Json> wait(const std::string& path, const std::function<bool(const Json&)>& over, const std::stop_token& stop);
  /// The thing called `name_or_id` in a list. Errors: `cli.not_found`.
  Result<Json> find(const std::string& list, const std::string& prefix, const std::string& name_or_id);

 private:
  Result<Json> exchange(http::Method method, const std::string& path, const Json* body);
  http::Client client_;
};

/// A column of a table: heading and where its value is ("owner.name").
struct Column {
  std::string heading;
  std::string path;
};
/// Items as aligned columns; numbers right. Says "nothing here" when there are none.
void print_table(const Json& items, const std::vector<Column>& columns);
/// Value at "a.b" as text; "" when absent.
std::string text_at(const Json& object, std::string_view path);
/// The whole answer as JSON, or what `human` prints.
void show(bool json, const Json& answer, const std::function<void(const Json&)>& human);

/// Sugar for one subcommand that talks to the server.
CLI::App* remote_command(CLI::App& group, Call& call, const std::string& name, const std::string& help,
                         std::function<Result<int>(Remote&, const std::stop_token&)> run);

}  // namespace ava::cli
