#include <cctype>

#include "base/file.hpp"
#include "http/http.hpp"
#include "http/router.hpp"

namespace ava::http {

namespace {

Error bad_target(std::string_view why) {
  return Error(ErrorCode::kInvalidArgument, "http.bad_target", "the address has " + std::string(why));
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<void> check_segment(std::string_view segment) {
  if (segment == "." || segment == "..") return bad_target("a '.' or '..' segment");
  for (const char c : segment)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\') return bad_target("a forbidden character");
  if (!file::is_utf8(segment)) return bad_target("bytes that are no UTF-8");
  return {};
}

Result<std::string> parse_path(std::string_view raw) {
  if (raw.empty() || raw.front() != '/') return bad_target("no leading '/'");
  std::string path;
  std::size_t at = 1;
  while (true) {
    const auto slash = raw.find('/', at);
    AVA_TRY(const std::string segment, url_decode(raw.substr(at, slash == raw.npos ? slash : slash - at)));
    AVA_CHECK(check_segment(segment));
    path += '/';
    path += segment;
    if (slash == raw.npos) return path;
    at = slash + 1;
  }
}

}  // namespace

std::string url_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

Result<std::string> url_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return bad_target("a broken % escape");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

Result<Target> parse_target(std::string_view target) {
  target = target.substr(0, target.find('#'));
  const auto question = target.find('?');
  Target out;
  AVA_TRY(out.path, parse_path(target.substr(0, question)));
  std::string_view rest = question == target.npos ? std::string_view() : target.substr(question + 1);
  while (!rest.empty()) {
    const auto ampersand = rest.find('&');
    const std::string_view part = rest.substr(0, ampersand);
    rest = ampersand == rest.npos ? std::string_view() : rest.substr(ampersand + 1);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    AVA_TRY(std::string key, url_decode(part.substr(0, equals), true));
    AVA_TRY(std::string value, url_decode(equals == part.npos ? std::string_view() : part.substr(equals + 1), true));
    if (!file::is_utf8(key) || !file::is_utf8(value)) return bad_target("bytes that are no UTF-8");
    out.query.emplace_back(std::move(key), std::move(value));
  }
  return out;
}

}  // namespace ava::http
