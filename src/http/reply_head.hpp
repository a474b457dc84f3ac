// Writes the status line and header of an answer, with the fields every answer of AVA carries. Internal to http/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/http.hpp"

namespace ava::http {

/// What the connection knows and the handler does not.
struct HeadFacts {
  bool keep_alive = true;
  bool is_http10 = false;
  bool chunked = false;
  std::optional<std::uint64_t> length;  ///< empty with !chunked: no Content-Length (204, 304, until close)
  std::string_view request_id;
};

std::string reply_head(const Reply& reply, const HeadFacts& facts);
/// "Not Found"
std::string_view reason_of(int status);

}  // namespace ava::http
