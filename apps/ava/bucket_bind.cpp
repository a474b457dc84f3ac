// `ava bucket bind`: the address of a storage space, put together from its parts, and its keys, which are read from a
// file or the environment: what stands in a command line can be read by everybody on the machine.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>

#include "base/file.hpp"
#include "console.hpp"
#include "datasets.hpp"

namespace ava::cli {

namespace {

struct Bind {
  std::string name, uri, key_file, endpoint, region, domain;
  bool is_default = false, path_style = false;
};

struct Keys {
  std::string access, secret, session;
};

std::string from_environment(const char* ours, const char* theirs) {
  for (const char* name : {ours, theirs})
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  return {};
}

/// "NAME=VALUE" lines as in AWS's credentials file; section heads and comments are passed over.
Result<Keys> keys_of_file(const std::string& path) {
  AVA_TRY(const std::string text, file::read(path, 1 << 16));
  Keys keys;
  for (const std::string& line : CLI::detail::split(text, '\n')) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) continue;
    const std::string name = CLI::detail::to_lower(CLI::detail::trim_copy(line.substr(0, equals)));
    const std::string value = CLI::detail::trim_copy(line.substr(equals + 1));
    if (name == "access_key" || name == "aws_access_key_id") keys.access = value;
    if (name == "secret_key" || name == "aws_secret_access_key") keys.secret = value;
    if (name == "session_token" || name == "aws_session_token") keys.session = value;
  }
  if (keys.access.empty() || keys.secret.empty())
    return Error(ErrorCode::kInvalidArgument, "cli.bad_key_file", fmt::format("'{}' does not hold two keys", path))
        .hint("two lines: access_key=... and secret_key=...");
  return keys;
}

Result<Keys> keys_of(const Bind& options) {
  if (!options.key_file.empty()) return keys_of_file(options.key_file);
  if (options.uri.starts_with("file:")) return Keys{};
  return Keys{from_environment("AVA_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
              from_environment("AVA_SECRET_KEY", "AWS_SECRET_ACCESS_KEY"),
              from_environment("AVA_SESSION_TOKEN", "AWS_SESSION_TOKEN")};
}

std::string uri_of(const Bind& options) {
  std::string uri = options.uri;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) uri += fmt::format("{}{}={}", uri.find('?') == std::string::npos ? '?' : '&', name, value);
  };
  add("endpoint", options.endpoint);
  add("region", options.region);
  add("domain", options.domain);
  if (options.path_style) add("style", "path");
  return uri;
}

Result<int> bind(Remote& r, const Bind& options, bool json) {
  AVA_TRY(const Keys keys, keys_of(options));
  Json body = {{"name", options.name}, {"uri", uri_of(options)}, {"is_default", options.is_default}};
  if (!keys.access.empty()) body["access_key"] = keys.access;
  if (!keys.secret.empty()) body["secret_key"] = keys.secret;
  if (!keys.session.empty()) body["session_token"] = keys.session;
  AVA_TRY(const Json made, r.post("/buckets", body));
  show(json, made, [](const Json& b) { say(fmt::format("bound {} at {}", text_at(b, "name"), text_at(b, "uri"))); });
  return 0;
}

}  // namespace

void add_bucket_bind(CLI::App& group, Call& call) {
  auto options = std::make_shared<Bind>();
  CLI::App* command =
      remote_command(group, call, "bind", "Bind a storage space after proving that it works",
                     [&call, options](Remote& r, const std::stop_token&) { return bind(r, *options, call.json); });
  command->add_option("name", options->name, "First part of object URIs: qiniu:///NAME/key")->required();
  command->add_option("uri", options->uri, "file:///folder, s3://bucket/folder or qiniu:///bucket/folder")->required();
  command->add_option(
      "--key-file", options->key_file,
      "Lines access_key=... and secret_key=..., or an AWS credentials file with one section; without it "
      "AVA_ACCESS_KEY and AVA_SECRET_KEY, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  command->add_option("--endpoint", options->endpoint, "Server of s3, e.g. https://s3.example.org");
  command->add_option("--region", options->region, "Region of s3");
  command->add_option("--domain", options->domain, "Download domain of qiniu");
  command->add_flag("--path-style", options->path_style, "The bucket stands in the path, not in the host name");
  command->add_flag("--default", options->is_default, "New datasets and models go there");
  command->footer(
      "Examples:\n  ava bucket bind pictures file:///srv/pictures --default\n"
      "  ava bucket bind pictures s3://pictures/ava --endpoint https://s3.example.org --key-file keys.txt "
      "--path-style");
}

}  // namespace ava::cli
