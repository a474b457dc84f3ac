#include "http/http.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>

namespace ava::http {

namespace {
constexpr std::array<std::pair<Method, std::string_view>, 7> kMethods{{{Method::kGet, "GET"},
                                                                       {Method::kHead, "HEAD"},
                                                                       {Method::kPost, "POST"},
                                                                       {Method::kPut, "PUT"},
                                                                       {Method::kPatch, "PATCH"},
                                                                       {Method::kDelete, "DELETE"},
                                                                       {Method::kOptions, "OPTIONS"}}};

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// A value that cannot start a new header line.
std::string one_line(std::string_view value) {
  std::string out(value);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t') c = ' ';
  return out;
}

/// "host[:port]" of an origin "scheme://host[:port]".
std::string_view authority_of(std::string_view origin) {
  const auto at = origin.find("://");
  return at == std::string_view::npos ? origin : origin.substr(at + 3);
}
}  // namespace

std::string_view name_of(Method method) { return kMethods[static_cast<std::size_t>(method)].second; }

std::optional<Method> method_of(std::string_view name) {
  for (const auto& [method, text] : kMethods)
    if (text == name) return method;
  return std::nullopt;
}

void Headers::set(std::string_view name, std::string_view value) {
  const std::string copy = one_line(value);
  remove(name);
  fields_.emplace_back(one_line(name), copy);
}

void Headers::add(std::string_view name, std::string_view value) {
  fields_.emplace_back(one_line(name), one_line(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return same_name(field.first, name); });
}

const std::string* Headers::find(std::string_view name) const {
  for (const Field& field : fields_)
    if (same_name(field.first, name)) return &field.second;
  return nullptr;
}

std::string Headers::get(std::string_view name) const {
  const std::string* value = find(name);
  return value != nullptr ? *value : std::string();
}

const std::string& Request::path_param(std::string_view name) const {
  static const std::string kNone;
  const auto found = path_params.find(std::string(name));
  return found == path_params.end() ? kNone : found->second;
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return std::nullopt;
}

std::string Request::query_or(std::string_view name, std::string_view otherwise) const {
  return query_value(name).value_or(std::string(otherwise));
}

Result<std::int64_t> Request::query_int(std::string_view name, std::int64_t otherwise, std::int64_t min,
                                        std::int64_t max) const {
  const auto text = query_value(name);
  if (!text || text->empty()) return otherwise;
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (problem != std::errc{} || end != text->data() + text->size() || value < min || value > max)
    return Error(ErrorCode::kInvalidArgument, "http.bad_query",
                 "query parameter '" + std::string(name) + "' must be an integer from " + std::to_string(min) + " to " +
                     std::to_string(max))
        .detail("parameter", name);
  return value;
}

Result<void> Request::check_query(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, value] : query)
    if (std::find(known.begin(), known.end(), key) == known.end())
      return Error(ErrorCode::kInvalidArgument, "http.bad_query", "unknown query parameter '" + key + "'")
          .detail("parameter", key);
  return {};
}

std::optional<std::string> Request::cookie(std::string_view name) const {
  for (const auto& [field, value] : headers) {
    if (!same_name(field, "Cookie")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto semicolon = rest.find(';');
      std::string_view pair = rest.substr(0, semicolon);
      rest = semicolon == std::string_view::npos ? std::string_view() : rest.substr(semicolon + 1);
      while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
      const auto equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name)
        return std::string(pair.substr(equals + 1));
    }
  }
  return std::nullopt;
}

bool Request::is_same_origin() const {
  const std::string site = headers.get("Sec-Fetch-Site");
  if (!site.empty() && site != "same-origin" && site != "none") return false;
  const std::string* origin = headers.find("Origin");
  return origin == nullptr || same_name(authority_of(*origin), headers.get("Host"));
}

}  // namespace ava::http
