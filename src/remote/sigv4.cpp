#include "remote/sigv4.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "remote/percent.hpp"
#include "remote/sign.hpp"

namespace ava::remote {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::string signed_names(const Pairs& headers) {
  std::string names;
  for (const auto& [name, value] : headers) names += (names.empty() ? "" : ";") + name;
  return names;
}

std::string scope_of(std::string_view date, std::string_view region) {
  return fmt::format("{}/{}/s3/aws4_request", date.substr(0, 8), region);
}

/// The signature of a request whose headers are sorted.
std::string signature(const Credentials& keys, std::string_view region, const SigV4Request& request) {
  std::string canonical = fmt::format("{}\n{}\n{}\n", request.method, request.path, canonical_query(request.query));
  for (const auto& [name, value] : request.headers) canonical += fmt::format("{}:{}\n", name, value);
  canonical += fmt::format("\n{}\n{}", signed_names(request.headers), request.payload_sha256);
  const std::string date = amz_date(request.now_ms);
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, date, scope_of(date, region), sha256_hex(canonical));
  std::string key = hmac_sha256("AWS4" + keys.secret_key, date.substr(0, 8));
  for (const std::string_view part : {region, std::string_view("s3"), std::string_view("aws4_request")})
    key = hmac_sha256(key, part);
  return hex_of(hmac_sha256(key, text));
}

}  // namespace

std::string amz_date(TimeMs now_ms) {
  const std::time_t seconds = static_cast<std::time_t>(now_ms / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

std::string canonical_query(Pairs query) {
  for (auto& [name, value] : query) {
    name = percent_encode(name);
    value = percent_encode(value);
  }
  std::sort(query.begin(), query.end());
  std::string text;
  for (const auto& [name, value] : query) text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
  return text;
}

std::string sigv4_authorization(const Credentials& keys, std::string_view region, const SigV4Request& request) {
  SigV4Request sorted = request;
  std::sort(sorted.headers.begin(), sorted.headers.end());
  return fmt::format("{} Credential={}/{},SignedHeaders={},Signature={}", kAlgorithm, keys.access_key,
                     scope_of(amz_date(request.now_ms), region), signed_names(sorted.headers),
                     signature(keys, region, sorted));
}

std::string sigv4_presigned_query(const Credentials& keys, std::string_view region, SigV4Request request,
                                  std::chrono::seconds valid) {
  const std::string date = amz_date(request.now_ms);
  request.payload_sha256 = "UNSIGNED-PAYLOAD";
  std::erase_if(request.headers, [](const auto& header) { return header.first != "host"; });
  request.query.emplace_back("X-Amz-Algorithm", kAlgorithm);
  request.query.emplace_back("X-Amz-Credential", keys.access_key + "/" + scope_of(date, region));
  request.query.emplace_back("X-Amz-Date", date);
  request.query.emplace_back("X-Amz-Expires", std::to_string(valid.count()));
  if (!keys.session_token.empty()) request.query.emplace_back("X-Amz-Security-Token", keys.session_token);
  request.query.emplace_back("X-Amz-SignedHeaders", "host");
  const std::string signature_hex = signature(keys, region, request);
  return canonical_query(request.query) + "&X-Amz-Signature=" + signature_hex;
}

}  // namespace ava::remote
