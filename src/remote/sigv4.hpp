// AWS Signature Version 4 for S3: the Authorization header of a request, and presigned addresses. Pure functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace ava::remote {

/// Keys of an account. The session token is of temporary (STS) keys; empty otherwise. Never printed.
struct Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// One request as it will go over the wire.
struct SigV4Request {
  std::string_view method;
  std::string path;            ///< percent-encoded, begins with '/'
  Pairs query;                 ///< names and values not encoded
  Pairs headers;               ///< lower-case names, all of them are signed; "host" is among them
  std::string payload_sha256;  ///< hex, "UNSIGNED-PAYLOAD" or "STREAMING-..."
  TimeMs now_ms = 0;
};

/// Value of the Authorization header. The caller sends x-amz-date, x-amz-content-sha256 and, with temporary keys,
/// x-amz-security-token, and lists them in `headers`. Source: interop.md 6, "Authenticating Requests" of the S3 API.
std::string sigv4_authorization(const Credentials& keys, std::string_view region, const SigV4Request& request);
/// The query of a presigned address that holds for `valid` (at most 7 days): only the host is signed.
std::string sigv4_presigned_query(const Credentials& keys, std::string_view region, SigV4Request request,
                                  std::chrono::seconds valid);
/// "20130524T000000Z".
std::string amz_date(TimeMs now_ms);
/// "a=1&b=%E7%8C%AB", sorted by name as signed.
std::string canonical_query(Pairs query);

}  // namespace ava::remote
