// Percent-encoding of addresses.
#pragma once

#include <string>
#include <string_view>

namespace ava::remote {

/// Decode %XX; text that holds none comes back unchanged. Malformed quoting stays as it is.
std::string percent_decode(std::string_view text);
/// Quote everything but unreserved characters and '/'.
std::string percent_encode_path(std::string_view path);
/// Quote everything but unreserved characters, '/' too.
std::string percent_encode(std::string_view text);

}  // namespace ava::remote
