#include "storage/all.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/file.hpp"
#include "storage/http.hpp"
#include "storage/kodo.hpp"
#include "storage/s3.hpp"
#include "storage/storage_config.hpp"

namespace ava::storage {

namespace {

struct Driver {
  std::string_view scheme;
  Result<std::shared_ptr<Storage>> (*open)(std::string_view uri, std::string_view rest, const OpenOptions& options);
};

Result<std::shared_ptr<Storage>> make_file(std::string_view, std::string_view rest, const OpenOptions& options) {
  return open_file(std::filesystem::path(rest), options.create_root);
}
Result<std::shared_ptr<Storage>> make_http(std::string_view uri, std::string_view, const OpenOptions& options) {
  remote::HttpOptions http;
  http.deny_private = options.deny_private;
  return open_http(std::string(uri), http);
}

remote::RemoteOptions remote_options(const Access& access) {
  remote::RemoteOptions remote;
  remote.http.deny_private = access.deny_private;
  return remote;
}

Result<std::shared_ptr<Storage>> make_s3(std::string_view uri, std::string_view, const OpenOptions& options) {
  AVA_TRY(const Access access, access_of(uri, KeyKind::kS3, options));
  AVA_TRY(remote::S3Config config, parse_s3_uri(uri, access.defaults));
  config.keys = access.keys;
  return open_s3(std::move(config), remote_options(access));
}

Result<std::shared_ptr<Storage>> make_kodo(std::string_view uri, std::string_view, const OpenOptions& options) {
  AVA_TRY(remote::KodoConfig config, parse_kodo_uri(uri));
  AVA_TRY(const Access access, access_of(uri, KeyKind::kKodo, options));
  config.keys = access.keys;
  return open_kodo(std::move(config), remote_options(access));
}

/// The storage drivers, one line each.
constexpr Driver kDrivers[] = {
    {"file", make_file}, {"http", make_http}, {"https", make_http}, {"s3", make_s3}, {"qiniu", make_kodo},
};

}  // namespace

std::vector<std::string_view> schemes() {
  std::vector<std::string_view> names;
  for (const Driver& driver : kDrivers) names.push_back(driver.scheme);
  return names;
}

Result<std::shared_ptr<Storage>> open(std::string_view uri, const OpenOptions& options) {
  if (uri.starts_with('/')) return open_file(std::filesystem::path(uri), options.create_root);
  const auto colon = uri.find("://");
  if (colon == std::string_view::npos)
    return Error(ErrorCode::kInvalidArgument, "storage.bad_uri", fmt::format("'{}' is no storage address", uri))
        .hint("write an absolute folder or file:///folder");
  for (const Driver& driver : kDrivers)
    if (driver.scheme == uri.substr(0, colon)) return driver.open(uri, uri.substr(colon + 3), options);
  return Error(ErrorCode::kInvalidArgument, "storage.unknown_scheme",
               fmt::format("no storage of kind '{}'", uri.substr(0, colon)))
      .hint(fmt::format("known kinds: {}", fmt::join(schemes(), ", ")));
}

}  // namespace ava::storage
