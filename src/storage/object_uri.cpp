#include "storage/object_uri.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>

namespace ava::storage {

namespace {

constexpr std::array<std::string_view, 6> kZones = {"z0", "z1", "z2", "na0", "as0", "nb"};

bool is_scheme(std::string_view text) {
  if (text.empty() || !std::isalpha(static_cast<unsigned char>(text[0]))) return false;
  for (const char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '+' && c != '-' && c != '.') return false;
  return true;
}

Error bad_url(std::string_view url, std::string_view what) {
  return Error(ErrorCode::kInvalidArgument, "url_bad", fmt::format("'{}': {}", url, what));
}

Result<ObjectUri> parse_bucket(std::string_view url, std::string_view rest) {
  ObjectUri uri;
  uri.kind = UriKind::kBucket;
  uri.scheme = "qiniu";
  const auto path = rest.find('/');
  if (path == std::string_view::npos) return bad_url(url, "no bucket; write qiniu:///bucket/key");
  const auto authority = rest.substr(0, path);
  const auto at = authority.find('@');
  uri.uid = authority.substr(0, at);
  if (at != std::string_view::npos) uri.zone = authority.substr(at + 1);
  rest.remove_prefix(path + 1);
  const auto slash = rest.find('/');
  uri.bucket = rest.substr(0, slash);
  if (slash != std::string_view::npos) uri.key = rest.substr(slash + 1);
  if (uri.bucket.empty()) return bad_url(url, "no bucket; write qiniu:///bucket/key");
  return uri;
}

}  // namespace

Result<ObjectUri> parse_uri(std::string_view url) {
  if (url.empty()) return Error(ErrorCode::kInvalidArgument, "url_missing", "the url is empty");
  ObjectUri uri;
  const auto colon = url.find(':');
  const auto scheme = url.substr(0, colon);
  const bool has_scheme = colon != std::string_view::npos && is_scheme(scheme) &&
                          (url.substr(colon).starts_with("://") || scheme == "data" || scheme == "file");
  if (!has_scheme) {
    uri.kind = url.front() == '/' ? UriKind::kLocalPath : UriKind::kRelative;
    uri.key = url;
    return uri;
  }
  uri.scheme = scheme;
  if (scheme == "data") {
    uri.kind = UriKind::kData;
    uri.key = url.substr(colon + 1);
    return uri;
  }
  auto rest = url.substr(colon + 1);
  if (rest.starts_with("//")) rest.remove_prefix(2);
  if (scheme == "qiniu") return parse_bucket(url, rest);
  if (scheme == "http" || scheme == "https") {
    if (rest.empty() || rest.front() == '/') return bad_url(url, "no host");
    uri.kind = UriKind::kHttp;
    uri.key = rest;
    return uri;
  }
  if (scheme == "file") {
    if (rest.starts_with("localhost/")) rest.remove_prefix(9);
    if (!rest.starts_with('/')) return bad_url(url, "a file address needs an absolute path");
    uri.kind = UriKind::kFile;
    uri.key = rest;
    return uri;
  }
  return Error(ErrorCode::kInvalidArgument, "unknown_scheme",
               fmt::format("'{}' is an address of kind '{}'", url, scheme))
      .hint("urls begin with qiniu://, http:// or https://");
}

std::string bucket_uri(std::string_view bucket, std::string_view key) {
  return fmt::format("qiniu:///{}/{}", bucket, key);
}

bool second_reading(const ObjectUri& uri, ObjectUri& other) {
  if (uri.kind != UriKind::kBucket) return false;
  bool is_zone = false;
  for (const auto zone : kZones) is_zone = is_zone || zone == uri.bucket;
  const auto slash = uri.key.find('/');
  if (!is_zone || slash == 0 || slash == std::string_view::npos) return false;
  other = uri;
  other.zone = uri.bucket;
  other.bucket = uri.key.substr(0, slash);
  other.key = uri.key.substr(slash + 1);
  return true;
}

}  // namespace ava::storage
