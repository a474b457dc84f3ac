// The one place where an Error becomes an HTTP answer: RFC 9457 problem+json with slug and request id.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "http/http.hpp"

namespace ava::http {

/// HTTP status of an error: that of its code, but for the few slugs HTTP itself has a status for (405, 413, ...).
int status_of(const Error& error);

/// {type,title,status,detail,slug,request_id,hint?,pointer?,context?,violations?}.
/// Error::details() become `context`; a value that is a JSON array or object ("[{...}]") is embedded as such; the key
/// "violations" moves to the top level. Keys "retry_after_seconds" and "allow" also set Retry-After and Allow.
/// An internal error (500) tells its text only to the log.
Reply problem_reply(const Error& error, std::string_view request_id);

}  // namespace ava::http
