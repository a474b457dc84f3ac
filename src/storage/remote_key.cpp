#include "storage/remote_key.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/file.hpp"
#include "storage/object_uri.hpp"

namespace ava::storage {

namespace {

Error bad_place(std::string_view uri, std::string_view why) {
  return Error(ErrorCode::kInvalidArgument, "storage.bad_uri", fmt::format("'{}': {}", uri, why));
}

bool is_bucket_name(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  };
  return !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), good) && name.front() != '.';
}

}  // namespace

std::string RemoteUri::option(std::string_view name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::string() : found->second;
}

std::string query_decode(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return percent_decode(spaced);
}

Result<RemoteUri> parse_remote_uri(std::string_view uri, std::initializer_list<std::string_view> known) {
  const auto question = uri.find('?');
  const std::string_view place = uri.substr(0, question);
  RemoteUri parsed;
  std::string_view rest;
  if (place.starts_with("qiniu:")) {
    if (const auto object = parse_uri(place); object.ok()) {
      parsed.bucket = object->bucket;
      rest = object->key;
    }
  } else {
    rest = place.substr(std::min(place.find("://") + 3, place.size()));
    const auto slash = rest.find('/');
    parsed.bucket = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  // Before the query is looked at: whoever wrote a key into the address must not read it in an error.
  if (!is_bucket_name(parsed.bucket))
    return bad_place(place, "no bucket name; write scheme://bucket or scheme://bucket/folder");
  while (rest.ends_with('/')) rest.remove_suffix(1);
  if (!rest.empty() && !file::is_safe_relative(rest)) return bad_place(place, "the folder is no plain path");
  if (!rest.empty()) parsed.prefix = std::string(rest) + "/";
  std::string_view query = question == std::string_view::npos ? std::string_view() : uri.substr(question + 1);
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (pair.empty()) continue;
    const std::string name = percent_decode(pair.substr(0, pair.find('=')));
    if (std::find(known.begin(), known.end(), name) == known.end())
      return bad_place(place, fmt::format("an option is not known; known are {}", fmt::join(known, ", ")));
    const auto equals = pair.find('=');
    parsed.options[name] = equals == std::string_view::npos ? "" : percent_decode(pair.substr(equals + 1));
  }
  return parsed;
}

Result<void> check_endpoint(std::string_view endpoint) {
  const bool https = endpoint.starts_with("https://");
  std::string_view rest = endpoint;
  rest.remove_prefix(https ? 8 : endpoint.starts_with("http://") ? 7 : endpoint.size());
  const auto plain = [](char c) { return c > ' ' && c != '@' && c != '?' && c != '#' && c != '\\' && c != '\x7F'; };
  if (!rest.empty() && rest.front() != '/' && std::all_of(rest.begin(), rest.end(), plain)) return {};
  return Error(ErrorCode::kInvalidArgument, "storage.bad_uri", "an endpoint is http(s)://host[:port]");
}

Result<void> check_readable_key(std::string_view key) {
  bool good = !key.empty() && key.size() <= 1024 && key.find('\0') == std::string_view::npos && file::is_utf8(key);
  for (std::string_view rest = key; good;) {
    const auto slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    good = segment != ".." && segment != ".";
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (good) return {};
  return Error(ErrorCode::kInvalidArgument, "storage.bad_key", fmt::format("'{}' cannot name an object", key))
      .hint("use a relative path without '..'");
}

}  // namespace ava::storage
