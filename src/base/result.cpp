#include "base/result.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace ava {

struct Error::Body {
  ErrorCode code;
  std::string slug;
  std::string message;
  std::string context;
  std::string hint;
  std::string pointer;
  std::map<std::string, std::string> details;
  const char* file;
  int line;
};

namespace {
struct CodeRow {
  std::string_view name;
  int http;
  int exit;
  bool retry;
};
constexpr CodeRow kRows[] = {
    {"invalid_argument", 400, 2, false}, {"unauthenticated", 401, 3, false},  {"permission_denied", 403, 3, false},
    {"not_found", 404, 4, false},        {"conflict", 409, 5, false},         {"resource_exhausted", 429, 6, true},
    {"unavailable", 503, 7, true},       {"deadline_exceeded", 504, 7, true}, {"corrupt", 422, 8, false},
    {"cancelled", 499, 130, false},      {"internal", 500, 70, false},
};
const CodeRow& row(ErrorCode code) { return kRows[static_cast<std::size_t>(code)]; }
}  // namespace

std::string_view name_of(ErrorCode code) { return row(code).name; }
int http_status(ErrorCode code) { return row(code).http; }
int exit_code(ErrorCode code) { return row(code).exit; }
bool is_retryable(ErrorCode code) { return row(code).retry; }

Error::Error(ErrorCode code, std::string_view slug, std::string_view message, const char* file, int line)
    : body_(std::make_shared<Body>(Body{code, std::string(slug), std::string(message), {}, {}, {}, {}, file, line})) {}

ErrorCode Error::code() const { return body_->code; }
const std::string& Error::slug() const { return body_->slug; }
const std::string& Error::message() const { return body_->message; }
const std::string& Error::hint() const { return body_->hint; }
const std::string& Error::pointer() const { return body_->pointer; }
const std::map<std::string, std::string>& Error::details() const { return body_->details; }

std::string Error::text() const {
  const std::string& what = body_->message.empty() ? body_->slug : body_->message;
  return body_->context.empty() ? what : body_->context + ": " + what;
}

std::string Error::where() const {
  const char* slash = std::strrchr(body_->file, '/');
  return std::string(slash != nullptr ? slash + 1 : body_->file) + ":" + std::to_string(body_->line);
}

Error& Error::context(std::string_view what) & {
  body_->context = body_->context.empty() ? std::string(what) : std::string(what) + ": " + body_->context;
  return *this;
}
Error&& Error::context(std::string_view what) && {
  context(what);
  return std::move(*this);
}
Error&& Error::hint(std::string_view hint) && {
  body_->hint = hint;
  return std::move(*this);
}
Error&& Error::at(std::string_view pointer) && {
  body_->pointer = pointer;
  return std::move(*this);
}
Error&& Error::detail(std::string_view key, std::string_view value) && {
  body_->details[std::string(key)] = value;
  return std::move(*this);
}

void detail::die_of(const Error& error) {
  std::fprintf(stderr, "value() of a failed Result: %s (%s, made at %s)\n", error.text().c_str(), error.slug().c_str(),
               error.where().c_str());
  std::abort();
}

}  // namespace ava
