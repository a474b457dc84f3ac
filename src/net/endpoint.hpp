// Where to listen or connect, as text: "127.0.0.1:8080", "[::1]:0", "unix:/run/ava/server.sock".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ava::net {

/// A TCP address or the path of a unix socket.
struct Endpoint {
  std::string host;  ///< an IP address, not a name; empty for unix
  std::uint16_t port = 0;
  std::string unix_path;  ///< empty for TCP

  bool is_unix() const { return !unix_path.empty(); }
  /// Errors: `net.bad_address` (also for a unix path above 107 bytes, which the system cannot bind).
  static Result<Endpoint> parse(std::string_view text);
  std::string text() const;
};

}  // namespace ava::net
