#include "net/endpoint.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <charconv>

namespace ava::net {

namespace {
Error bad(std::string_view text, std::string_view why) {
  return Error(ErrorCode::kInvalidArgument, "net.bad_address", "'" + std::string(text) + "' " + std::string(why))
      .detail("address", text);
}

Result<Endpoint> parse_unix(std::string_view text, std::string_view path) {
  while (path.substr(0, 2) == "//") path.remove_prefix(1);
  if (path.empty() || path.front() != '/') return bad(text, "names no absolute path");
  if (path.size() >= sizeof(sockaddr_un{}.sun_path)) return bad(text, "is too long for a unix socket (107 bytes)");
  Endpoint out;
  out.unix_path = path;
  return out;
}
}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view text) {
  if (text.substr(0, 5) == "unix:") return parse_unix(text, text.substr(5));
  const auto colon = text.rfind(':');
  if (colon == text.npos) return bad(text, "has no ':port'");
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  Endpoint out;
  out.host = host == "localhost" ? "127.0.0.1" : std::string(host);
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (port.empty() || problem != std::errc{} || end != port.data() + port.size()) return bad(text, "has no valid port");
  in6_addr space{};
  if (inet_pton(AF_INET, out.host.c_str(), &space) != 1 && inet_pton(AF_INET6, out.host.c_str(), &space) != 1)
    return bad(text, "has no IP address before the port");
  return out;
}

std::string Endpoint::text() const {
  if (is_unix()) return "unix:" + unix_path;
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace ava::net
