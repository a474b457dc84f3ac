#include "http/problem.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "http/reply_head.hpp"

namespace ava::http {

namespace {

using nlohmann::json;

struct SlugStatus {
  std::string_view slug;
  int status;
};
constexpr std::array kSlugs{SlugStatus{"http.method_not_allowed", 405}, SlugStatus{"http.body_too_large", 413},
                            SlugStatus{"http.header_too_large", 431},   SlugStatus{"http.bad_range", 416},
                            SlugStatus{"http.too_slow", 408},           SlugStatus{"http.unknown_method", 501},
                            SlugStatus{"http.upgrade_required", 426},   SlugStatus{"http.bad_content_type", 415},
                            SlugStatus{"http.needs_gzip", 406}};

json value_of(const std::string& text) {
  if (!text.empty() && (text.front() == '[' || text.front() == '{')) {
    json value = json::parse(text, nullptr, false);
    if (!value.is_discarded()) return value;
  }
  return text;
}

}  // namespace

int status_of(const Error& error) {
  const auto* row =
      std::find_if(kSlugs.begin(), kSlugs.end(), [&](const SlugStatus& s) { return s.slug == error.slug(); });
  return row != kSlugs.end() ? row->status : http_status(error.code());
}

Reply problem_reply(const Error& error, std::string_view request_id) {
  const int status = status_of(error);
  json body{{"type", "urn:ava:problem:" + error.slug()},
            {"title", reason_of(status)},
            {"status", status},
            {"detail", error.text()},
            {"slug", error.slug()},
            {"request_id", request_id}};
  if (status == 500) {
    log::error("http", "request {}: {} ({}, {})", request_id, error.text(), error.slug(), error.where());
    body["detail"] = "an internal error; the server's log has it under this request id";
  }
  if (!error.hint().empty()) body["hint"] = error.hint();
  if (!error.pointer().empty()) body["pointer"] = error.pointer();
  for (const auto& [key, text] : error.details()) {
    if (status == 500) break;
    if (key == "violations") {
      body["violations"] = value_of(text);
    } else {
      body["context"][key] = value_of(text);
    }
  }
  Reply reply = Reply::json(body, status);
  reply.headers.set("Content-Type", "application/problem+json");
  const auto& details = error.details();
  if (const auto retry = details.find("retry_after_seconds"); retry != details.end())
    reply.headers.set("Retry-After", retry->second);
  if (const auto allow = details.find("allow"); allow != details.end()) reply.headers.set("Allow", allow->second);
  if (const auto size = details.find("size_bytes"); status == 416 && size != details.end())
    reply.headers.set("Content-Range", "bytes */" + size->second);
  if (status == 401) reply.headers.set("WWW-Authenticate", "Bearer realm=\"AVA\"");
  return reply;
}

}  // namespace ava::http
