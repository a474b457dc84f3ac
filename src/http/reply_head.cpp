#include "http/reply_head.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>

namespace ava::http {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kEverywhere{
    {{"Content-Security-Policy",
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; "
      "frame-ancestors 'none'"},
     {"X-Content-Type-Options", "nosniff"},
     {"X-Frame-Options", "DENY"},
     {"Referrer-Policy", "same-origin"},
     {"Cross-Origin-Resource-Policy", "same-origin"}}};

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), length};
}

void field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string_view reason_of(int status) {
  switch (status) {
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Cancelled";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

std::string reply_head(const Reply& reply, const HeadFacts& facts) {
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", reply.status, reason_of(reply.status));
  out.reserve(1024);
  for (const auto& [name, value] : reply.headers) field(out, name, value);
  for (const auto& [name, value] : kEverywhere)
    if (!reply.headers.has(name)) field(out, name, value);
  // Answers are of one user and of one moment, unless their handler says otherwise.
  if (!reply.headers.has("Cache-Control"))
    field(out, "Cache-Control", reply.headers.has("ETag") ? "private, no-cache" : "no-store");
  if (!facts.request_id.empty()) field(out, "X-Request-Id", facts.request_id);
  field(out, "Date", http_date());
  if (facts.chunked) field(out, "Transfer-Encoding", "chunked");
  if (facts.length) field(out, "Content-Length", std::to_string(*facts.length));
  if (!facts.keep_alive) {
    field(out, "Connection", "close");
  } else if (facts.is_http10) {
    field(out, "Connection", "keep-alive");
  }
  out += "\r\n";
  return out;
}

}  // namespace ava::http
