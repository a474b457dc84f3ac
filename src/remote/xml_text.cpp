#include "remote/xml_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace ava::remote {

namespace {

constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
    {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};

void append_utf8(std::string& out, std::uint32_t c) {
  const auto tail = [&](int shift) { out.push_back(static_cast<char>(0x80 | ((c >> shift) & 0x3F))); };
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (c >> 6)));
    tail(0);
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | (c >> 12)));
    tail(6);
    tail(0);
  } else if (c < 0x110000) {
    out.push_back(static_cast<char>(0xF0 | (c >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// False when `name` ("lt", "#34", "#x22") is no entity.
bool append_entity(std::string& out, std::string_view name) {
  for (const auto& [known, c] : kEntities) {
    if (known != name) continue;
    out.push_back(c);
    return true;
  }
  if (!name.starts_with('#')) return false;
  name.remove_prefix(1);
  const int base = name.starts_with('x') ? 16 : 10;
  if (base == 16) name.remove_prefix(1);
  std::uint32_t c = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), c, base);
  if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size() || name.empty()) return false;
  append_utf8(out, c);
  return true;
}

std::string decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto amp = text.find('&');
    out += text.substr(0, amp);
    if (amp == std::string_view::npos) break;
    const auto end = text.find(';', amp);
    if (end == std::string_view::npos || end - amp > 10 || !append_entity(out, text.substr(amp + 1, end - amp - 1))) {
      out.push_back('&');
      text.remove_prefix(amp + 1);
    } else {
      text.remove_prefix(end + 1);
    }
  }
  return out;
}

}  // namespace

std::vector<std::string_view> xml_all(std::string_view xml, std::string_view name) {
  std::vector<std::string_view> found;
  const std::string close = fmt::format("</{}>", name);
  for (std::size_t at = 0; (at = xml.find('<', at)) != std::string_view::npos;) {
    ++at;
    if (xml.substr(at, name.size()) != name) continue;
    const std::size_t behind = at + name.size();
    const char next = behind < xml.size() ? xml[behind] : '\0';
    if (next != '>' && next != ' ' && next != '/') continue;
    const std::size_t open_end = xml.find('>', behind);
    if (open_end == std::string_view::npos) break;
    if (xml[open_end - 1] == '/') {
      found.emplace_back();
      at = open_end;
      continue;
    }
    const std::size_t end = xml.find(close, open_end);
    if (end == std::string_view::npos) break;
    found.push_back(xml.substr(open_end + 1, end - open_end - 1));
    at = end + close.size();
  }
  return found;
}

std::string xml_text(std::string_view xml, std::string_view name) {
  const auto found = xml_all(xml, name);
  return found.empty() ? std::string() : decode(found.front());
}

std::string xml_escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '\r')
      out += "&#13;";
    else
      out.push_back(c);
  }
  return out;
}

}  // namespace ava::remote
