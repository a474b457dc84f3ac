// Addresses and keys that object stores share: "scheme://bucket/prefix?option=value", and which keys may be asked for.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ava::storage {

/// A bucket address taken apart.
struct RemoteUri {
  std::string bucket;
  std::string prefix;  ///< empty, or ends with '/'
  std::map<std::string, std::string, std::less<>> options;
  std::string option(std::string_view name) const;
};

/// `uri` is "s3://bucket/prefix?..." or any form of "qiniu://". Errors: `storage.bad_uri`, also for an option that is
/// not among `known`: a misspelt one must not be ignored, and secrets have no place in an address.
Result<RemoteUri> parse_remote_uri(std::string_view uri, std::initializer_list<std::string_view> known);
/// Errors: `storage.bad_uri` unless it is http(s)://host[:port][/path].
Result<void> check_endpoint(std::string_view endpoint);
/// Keys others made may be odd ("a//b", "/x"): all are read but path tricks. What we write passes check_key().
/// Errors: `storage.bad_key`.
Result<void> check_readable_key(std::string_view key);
/// Decode %XX, and '+' as a space.
std::string query_decode(std::string_view text);

}  // namespace ava::storage
