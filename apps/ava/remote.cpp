#include "remote.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include "base/file.hpp"
#include "console.hpp"
#include "schema/json.hpp"

namespace ava::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kApi = "/api/v1";

std::string env(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

http::ClientOptions options_of(const std::string& server, const std::string& token, const std::string& cookie) {
  http::ClientOptions options;
  options.server = server;
  if (!token.empty()) options.headers.set("Authorization", "Bearer " + token);
  if (!cookie.empty()) options.headers.set("Cookie", cookie);
  return options;
}

/// Tells how much of an upload is gone, on a terminal.
class CountedSource final : public http::ByteSource {
 public:
  CountedSource(http::ByteSource& inner, std::uint64_t total) : inner_(inner), total_(total), shown_(isatty(2) != 0) {}
  ~CountedSource() override {
    if (shown_) std::fputs("\r\033[K", stderr);
  }
  Result<std::size_t> read(std::span<char> into) override {
    AVA_TRY(const std::size_t got, inner_.read(into));
    sent_ += got;
    if (shown_) std::fprintf(stderr, "\rupload %s of %s", human_bytes(sent_).c_str(), human_bytes(total_).c_str());
    return got;
  }

 private:
  http::ByteSource& inner_;
  std::uint64_t total_;
  std::uint64_t sent_ = 0;
  bool shown_;
};

}  // namespace

fs::path config_file() {
  if (const std::string dir = env("AVA_CONFIG_DIR"); !dir.empty()) return fs::path(dir) / "login.json";
  if (const std::string dir = env("XDG_CONFIG_HOME"); !dir.empty()) return fs::path(dir) / "ava" / "login.json";
  return fs::path(env("HOME")) / ".config" / "ava" / "login.json";
}

Result<void> save_login(const std::string& server, const std::string& token) {
  const fs::path path = config_file();
  AVA_CHECK(file::make_dirs(path.parent_path()));
  return file::write_atomic(path, Json{{"server", server}, {"token", token}}.dump() + "\n", 0600);
}

Remote::Remote(const std::string& server, const std::string& token, const std::string& cookie)
    : client_(options_of(server, token, cookie)) {}

Result<Remote> Remote::open() {
  std::string server = env("AVA_URL");
  std::string token = env("AVA_TOKEN");
  if (server.empty() || token.empty()) {
    const auto kept = file::read(config_file());
    if (!kept.ok())
      return Error(ErrorCode::kUnauthenticated, "cli.not_logged_in", "no server is known")
          .hint("ava login --server http://HOST:PORT --user NAME");
    AVA_TRY(const Json login, schema::parse(*kept));
    if (server.empty()) server = login.value("server", "");
    if (token.empty()) token = login.value("token", "");
  }
  return Remote(server, token);
}

Result<Json> Remote::exchange(http::Method method, const std::string& path, const Json* body) {
  http::ClientRequest request;
  request.method = method;
  request.target = std::string(kApi) + path;
  if (body != nullptr) {
    request.body = body->dump();
    request.headers.set("Content-Type", "application/json");
  }
  AVA_TRY(const auto answer, client_.expect(request));
  if (answer.body.empty()) return Json::object();
  return schema::parse(answer.body);
}

Result<Json> Remote::get(const std::string& path) { return exchange(http::Method::kGet, path, nullptr); }
Result<Json> Remote::post(const std::string& path, const Json& body) {
  return exchange(http::Method::kPost, path, &body);
}
Result<Json> Remote::patch(const std::string& path, const Json& body) {
  return exchange(http::Method::kPatch, path, &body);
}
Result<void> Remote::remove(const std::string& path) {
  AVA_CHECK(exchange(http::Method::kDelete, path, nullptr));
  return {};
}

Result<Json> Remote::upload(const fs::path& path) {
  AVA_TRY(const auto bytes, http::source_of_file(path));
  std::error_code failed;
  const std::uint64_t size = fs::file_size(path, failed);
  if (failed) return file::error_of(failed.value(), "stat", path);
  CountedSource counted(*bytes, size);
  http::ClientRequest request;
  request.method = http::Method::kPost;
  request.target = std::string(kApi) + "/uploads?filename=" + http::url_encode(path.filename().string());
  request.upload = &counted;
  request.upload_bytes = size;
  AVA_TRY(const auto answer, client_.expect(request));
  return schema::parse(answer.body);
}

Result<void> Remote::download(const std::string& path, const fs::path& to) {
  const fs::path part = to.string() + ".part";
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  if (!out) return file::error_of(errno, "create", part);
  http::ClientRequest request;
  request.target = std::string(kApi) + path;
  request.download = [&](std::span<const char> piece) -> Result<void> {
    out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (!out) return file::error_of(errno, "write", part);
    return {};
  };
  auto answer = client_.expect(request);
  out.close();
  if (!answer.ok() || !out) {
    AVA_CHECK(file::remove_tree(part));
    if (!answer.ok()) return std::move(answer).error();
    return file::error_of(errno, "write", part);
  }
  return file::move(part, to);
}

Result<Json> Remote::all(const std::string& path) {
  Json items = Json::array();
  std::string cursor;
  do {
    const char join = path.find('?') == std::string::npos ? '?' : '&';
    AVA_TRY(const Json page, get(path + join + "limit=500&cursor=" + http::url_encode(cursor)));
    for (const Json& item : page.at("items")) items.push_back(item);
    cursor =
        page.contains("next_cursor") && page["next_cursor"].is_string() ? page["next_cursor"].get<std::string>() : "";
  } while (!cursor.empty());
  return Json{{"items", std::move(items)}};
}

Result<Json> Remote::wait(const std::string& path, const std::function<bool(const Json&)>& over,
                          const std::stop_token& stop) {
  auto pause = std::chrono::milliseconds(50);
  while (!stop.stop_requested()) {
    AVA_TRY(Json now, get(path));
    if (over(now)) return now;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(1000));
  }
  return Error(ErrorCode::kCancelled, "job.cancelled", "stopped waiting; the work goes on at the server");
}

Result<Json> Remote::find(const std::string& list, const std::string& prefix, const std::string& name_or_id) {
  if (name_or_id.starts_with(prefix + "_")) return get(list + "/" + name_or_id);
  AVA_TRY(const Json found, all(list + "?search=" + http::url_encode(name_or_id)));
  for (const Json& item : found.at("items"))
    if (item.value("name", "") == name_or_id) return item;
  return Error(ErrorCode::kNotFound, "cli.not_found",
               fmt::format("there is nothing called '{}' in {}", name_or_id, list));
}

std::string text_at(const Json& object, std::string_view path) {
  const Json* at = &object;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const std::string key(path.substr(0, dot));
    if (!at->is_object() || !at->contains(key)) return "";
    at = &(*at)[key];
    path = dot == std::string_view::npos ? "" : path.substr(dot + 1);
  }
  if (at->is_string()) return at->get<std::string>();
  return at->is_null() ? "" : at->dump();
}

namespace {

/// Columns of a terminal a text takes: characters of East Asia take two.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) width += byte >= 0xE2 ? 2 : 1;
  }
  return width;
}

}  // namespace

void print_table(const Json& items, const std::vector<Column>& columns) {
  if (items.empty()) return say("nothing here");
  std::vector<std::size_t> widths;
  for (const Column& column : columns) {
    std::size_t width = width_of(column.heading);
    for (const Json& item : items) width = std::max(width, width_of(text_at(item, column.path)));
    widths.push_back(width);
  }
  const auto line = [&](const std::function<std::string(const Column&)>& cell) {
    std::string text;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string value = cell(columns[i]);
      text += value + std::string(widths[i] - width_of(value) + 2, ' ');
    }
    say(text.substr(0, text.find_last_not_of(' ') + 1));
  };
  line([](const Column& column) { return column.heading; });
  for (const Json& item : items) line([&](const Column& column) { return text_at(item, column.path); });
}

void show(bool json, const Json& answer, const std::function<void(const Json&)>& human) {
  if (json)
    say(answer.dump(2));
  else
    human(answer);
}

CLI::App* remote_command(CLI::App& group, Call& call, const std::string& name, const std::string& help,
                         std::function<Result<int>(Remote&, const std::stop_token&)> run) {
  CLI::App* command = group.add_subcommand(name, help);
  command->add_flag("--json", call.json, "Print JSON");
  command->callback([&call, run = std::move(run)] {
    call.run = [run](const std::stop_token& stop) -> Result<int> {
      AVA_TRY(Remote remote, Remote::open());
      return run(remote, stop);
    };
  });
  return command;
}

}  // namespace ava::cli
