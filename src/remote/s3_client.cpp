#include "remote/s3_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "remote/percent.hpp"
#include "remote/sign.hpp"
#include "remote/xml_text.hpp"

namespace ava::remote {

namespace {

/// One line per S3 error code that means something of its own.
struct S3Meaning {
  std::string_view s3_code;
  ErrorCode code;
  std::string_view slug;
  std::string_view hint;
};
constexpr std::string_view kKeysHint = "check the access key and the secret key";
constexpr std::string_view kClockHint =
    "the clock of this machine and that of the store differ by more than 15 minutes: set the time (timedatectl, "
    "chrony)";
constexpr std::string_view kRegionHint = "name the region of the bucket: region=... in its address";
constexpr std::string_view kTokenHint = "temporary keys end after some hours: bind the storage with fresh ones";
constexpr std::array kS3Meanings = {
    S3Meaning{"NoSuchKey", ErrorCode::kNotFound, "object.not_found", ""},
    S3Meaning{"NoSuchBucket", ErrorCode::kNotFound, "storage.bucket_missing", "create the bucket, or correct its name"},
    S3Meaning{"AccessDenied", ErrorCode::kPermissionDenied, "storage.denied",
              "these keys lack the right; it needs read, write, list and delete on the bucket"},
    S3Meaning{"InvalidAccessKeyId", ErrorCode::kPermissionDenied, "storage.bad_keys", kKeysHint},
    S3Meaning{"SignatureDoesNotMatch", ErrorCode::kPermissionDenied, "storage.bad_keys", kKeysHint},
    S3Meaning{"InvalidToken", ErrorCode::kPermissionDenied, "storage.bad_keys",
              "the session token is not of these keys"},
    S3Meaning{"ExpiredToken", ErrorCode::kPermissionDenied, "storage.token_expired", kTokenHint},
    S3Meaning{"RequestTimeTooSkewed", ErrorCode::kPermissionDenied, "storage.clock_skew", kClockHint},
    S3Meaning{"RequestExpired", ErrorCode::kPermissionDenied, "storage.clock_skew", kClockHint},
    S3Meaning{"AuthorizationHeaderMalformed", ErrorCode::kInvalidArgument, "storage.wrong_region", kRegionHint},
    S3Meaning{"PermanentRedirect", ErrorCode::kInvalidArgument, "storage.wrong_region", kRegionHint},
    S3Meaning{"TemporaryRedirect", ErrorCode::kUnavailable, "storage.wrong_region", kRegionHint},
    S3Meaning{"IllegalLocationConstraintException", ErrorCode::kInvalidArgument, "storage.wrong_region", kRegionHint},
    S3Meaning{"SlowDown", ErrorCode::kUnavailable, "storage.slow_down", "the store asks for fewer requests: try later"},
    S3Meaning{"TooManyRequests", ErrorCode::kUnavailable, "storage.slow_down", "try later"},
};

/// For answers without a code, e.g. of HEAD.
S3Meaning s3_meaning_of(long status) {
  if (status == 404) return {"", ErrorCode::kNotFound, "object.not_found", ""};
  if (status == 401 || status == 403)
    return {"", ErrorCode::kPermissionDenied, "storage.denied", "check the keys and their rights on the bucket"};
  if (status >= 300 && status < 400) return {"", ErrorCode::kInvalidArgument, "storage.wrong_region", kRegionHint};
  if (status == 429) return {"", ErrorCode::kUnavailable, "storage.slow_down", "try later"};
  if (status >= 500) return {"", ErrorCode::kUnavailable, "storage.unavailable", "try later"};
  return {"", ErrorCode::kInvalidArgument, "storage.refused", ""};
}

bool s3_worth_another(const RemoteReply& reply) {
  if (reply.status != 400 && reply.status != 409) return false;
  const std::string code = xml_text(reply.body, "Code");
  return code == "RequestTimeout" || code == "SlowDown" || code == "OperationAborted";
}

TimeMs now_ms() { return Clock::system().now_ms(); }

}  // namespace

S3Client::S3Client(S3Config config, RemoteOptions options)
    : config_(std::move(config)), client_(options, s3_worth_another) {
  std::string_view rest = config_.endpoint;
  const auto begin = rest.find("://") + 3;
  scheme_ = rest.substr(0, begin);
  rest.remove_prefix(begin);
  const auto slash = rest.find('/');
  host_ = rest.substr(0, slash);
  if (slash != std::string_view::npos) base_ = rest.substr(slash);
  while (base_.ends_with('/')) base_.pop_back();
  // curl leaves the default port out of the Host header, and so must the signature.
  const std::string_view port = scheme_ == "https://" ? ":443" : ":80";
  if (host_.ends_with(port)) host_.resize(host_.size() - port.size());
  if (config_.path_style)
    base_ += "/" + config_.bucket;
  else
    host_ = config_.bucket + "." + host_;
}

std::string S3Client::path_of(std::string_view key) const {
  if (key.empty() && config_.path_style) return base_;
  return base_ + "/" + percent_encode_path(key);
}

Result<RemoteReply> S3Client::send(std::string_view method, std::string_view key, const Pairs& query,
                                   const Pairs& headers, std::string_view body, std::uint64_t limit_bytes) const {
  const std::string path = path_of(key);
  const std::string text = canonical_query(query);
  const std::string payload = sha256_hex(body);
  const auto make = [&] {
    RemoteRequest request{
        .method = std::string(method), .url = scheme_ + host_ + path, .body = body, .limit_bytes = limit_bytes};
    if (!text.empty()) request.url += "?" + text;
    Pairs all = headers;
    if (!config_.keys.access_key.empty()) {
      SigV4Request sign{method, path, query, headers, payload, now_ms()};
      all.emplace_back("x-amz-content-sha256", payload);
      all.emplace_back("x-amz-date", amz_date(sign.now_ms));
      if (!config_.keys.session_token.empty()) all.emplace_back("x-amz-security-token", config_.keys.session_token);
      sign.headers = all;
      sign.headers.emplace_back("host", host_);
      all.emplace_back("Authorization", sigv4_authorization(config_.keys, config_.region, sign));
    }
    for (const auto& [name, value] : all) request.headers.push_back(fmt::format("{}: {}", name, value));
    return request;
  };
  return client_.send(make);
}

Result<RemoteReply> S3Client::must(std::string_view what, std::string_view method, std::string_view key,
                                   const Pairs& query, const Pairs& headers, std::string_view body,
                                   std::uint64_t limit_bytes) const {
  AVA_TRY(RemoteReply reply, send(method, key, query, headers, body, limit_bytes));
  if (!reply.ok()) return error_of(reply, what, key);
  return reply;
}

std::string S3Client::presign(std::string_view method, std::string_view key, std::chrono::seconds valid,
                              TimeMs now) const {
  const std::string path = path_of(key);
  const SigV4Request request{method, path, {}, {{"host", host_}}, {}, now};
  return fmt::format("{}{}{}?{}", scheme_, host_, path,
                     sigv4_presigned_query(config_.keys, config_.region, request, valid));
}

Error S3Client::error_of(const RemoteReply& reply, std::string_view what, std::string_view key) const {
  const std::string code = xml_text(reply.body, "Code");
  const auto known = std::find_if(kS3Meanings.begin(), kS3Meanings.end(),
                                  [&](const S3Meaning& meaning) { return meaning.s3_code == code; });
  const S3Meaning meaning = known != kS3Meanings.end() ? *known : s3_meaning_of(reply.status);
  std::string said = code.empty() ? fmt::format("status {}", reply.status) : code;
  // Only this sentence: the rest of the answer may repeat what was signed.
  if (const std::string message = xml_text(reply.body, "Message"); !message.empty()) said += ": " + message;
  std::string hint(meaning.hint);
  std::string region(reply.header("x-amz-bucket-region"));
  if (region.empty()) region = xml_text(reply.body, "Region");
  if (meaning.slug == "storage.wrong_region" && !region.empty())
    hint = fmt::format("the bucket lies in region {}: write region={} in its address", region, region);
  return Error(meaning.code, meaning.slug,
               fmt::format("{} '{}' of bucket '{}': {}", what, key, config_.bucket, said.substr(0, 500)))
      .hint(hint)
      .detail("status", std::to_string(reply.status))
      .detail("bucket", config_.bucket);
}

}  // namespace ava::remote
