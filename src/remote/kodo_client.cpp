#include "remote/kodo_client.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "remote/percent.hpp"
#include "remote/sign.hpp"

namespace ava::remote {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t kTokenSeconds = 3600;

std::int64_t now_s() { return Clock::system().now_ms() / 1000; }

bool kodo_worth_another(const RemoteReply& reply) { return reply.status == 996; }

struct KodoMeaning {
  ErrorCode code;
  std::string_view slug;
  std::string_view hint;
};

KodoMeaning kodo_meaning_of(long status, const std::string& said) {
  const bool expired = said.find("expired") != std::string::npos || said.find("deadline") != std::string::npos;
  if (status == 612 || status == 404) return {ErrorCode::kNotFound, "object.not_found", ""};
  if (status == 631) return {ErrorCode::kNotFound, "storage.bucket_missing", "create the bucket, or correct its name"};
  if ((status == 401 || status == 403) && expired)
    return {ErrorCode::kPermissionDenied, "storage.clock_skew",
            "the clock of this machine and that of the store differ: set the time (timedatectl, chrony)"};
  if (status == 401)
    return {ErrorCode::kPermissionDenied, "storage.bad_keys", "check the access key and the secret key"};
  if (status == 403)
    return {ErrorCode::kPermissionDenied, "storage.denied",
            "these keys lack the right; it needs read, write, list and delete on the bucket"};
  if (status == 429 || status == 573) return {ErrorCode::kUnavailable, "storage.slow_down", "try later"};
  if (status >= 500 && status < 600) return {ErrorCode::kUnavailable, "storage.unavailable", "try later"};
  return {ErrorCode::kInvalidArgument, "storage.refused", ""};
}

/// The hosts of {"http":{"up":[...]},"https":{"up":[...]}}, https first.
std::vector<std::string> hosts_of(const Json& answer) {
  std::vector<std::string> hosts;
  for (const char* scheme : {"https", "http"}) {
    const auto found = answer.is_object() ? answer.find(scheme) : answer.end();
    if (found == answer.end() || !found->is_object() || !found->contains("up") || !(*found)["up"].is_array()) continue;
    for (const Json& host : (*found)["up"])
      if (host.is_string()) hosts.push_back(host.get<std::string>());
  }
  return hosts;
}

}  // namespace

KodoClient::KodoClient(KodoConfig config, RemoteOptions options)
    : config_(std::move(config)), client_(options, kodo_worth_another), domain_(config_.domain) {
  if (!config_.up.empty()) up_hosts_ = {config_.up};
}

Result<RemoteReply> KodoClient::manage(std::string_view what, std::string_view method, const std::string& host,
                                       const std::string& path_and_query, std::string_view key) const {
  const auto make = [&] {
    return RemoteRequest{.method = std::string(method),
                         .url = host + path_and_query,
                         .headers = {"Authorization: " + kodo_qbox(config_.keys, path_and_query)}};
  };
  AVA_TRY(RemoteReply reply, client_.send(make));
  if (reply.status == 200 && !reply.header("x-reqid").empty()) return reply;
  return error_of(reply, what, key);
}

Result<RemoteReply> KodoClient::upload(std::string_view what, const std::string& path, std::vector<std::string> headers,
                                       std::string_view body, std::string_view key) const {
  AVA_TRY(const auto hosts, up_hosts());
  std::size_t attempt = 0;
  const auto make = [&] {
    return RemoteRequest{
        .method = "POST", .url = hosts[attempt++ % hosts.size()] + path, .headers = headers, .body = body};
  };
  AVA_TRY(RemoteReply reply, client_.send(make));
  if (reply.status == 200 && !reply.header("x-reqid").empty()) return reply;
  return error_of(reply, what, key);
}

Result<RemoteReply> KodoClient::download(std::string_view key, const std::string& range,
                                         std::uint64_t limit_bytes) const {
  AVA_TRY(const std::string host, domain());
  const std::string url = host + "/" + percent_encode_path(key);
  const auto make = [&] {
    RemoteRequest request{.method = "GET", .url = url, .limit_bytes = limit_bytes};
    if (!config_.keys.access_key.empty()) request.url = kodo_private_url(config_.keys, url, now_s() + kTokenSeconds);
    if (!range.empty()) request.headers.push_back("Range: " + range);
    return request;
  };
  AVA_TRY(RemoteReply reply, client_.send(make));
  if (reply.ok() || reply.status == 416) return reply;
  return error_of(reply, "read", key);
}

std::string KodoClient::upload_token(std::string_view key) const {
  // The policy's text is signed, so its form is free; keys may hold anything that JSON can say.
  nlohmann::ordered_json policy;
  policy["scope"] = fmt::format("{}:{}", config_.bucket, key);
  policy["deadline"] = now_s() + kTokenSeconds;
  return kodo_upload_token(config_.keys, policy.dump());
}

Result<std::vector<std::string>> KodoClient::up_hosts() const {
  {
    const std::lock_guard lock(mutex_);
    if (!up_hosts_.empty()) return up_hosts_;
  }
  const std::string url = fmt::format("{}/v1/query?ak={}&bucket={}", config_.uc,
                                      percent_encode(config_.keys.access_key), percent_encode(config_.bucket));
  AVA_TRY(const RemoteReply reply, client_.send([&] { return RemoteRequest{.method = "GET", .url = url}; }));
  if (!reply.ok()) return error_of(reply, "find the hosts of", "");
  auto hosts = hosts_of(Json::parse(reply.body, nullptr, false));
  if (hosts.empty())
    return Error(ErrorCode::kUnavailable, "storage.bad_reply",
                 fmt::format("no upload host is known for bucket '{}'", config_.bucket));
  const std::lock_guard lock(mutex_);
  up_hosts_ = std::move(hosts);
  return up_hosts_;
}

Result<std::string> KodoClient::domain() const {
  {
    const std::lock_guard lock(mutex_);
    if (!domain_.empty()) return domain_;
  }
  const std::string path = "/v6/domain/list?tbl=" + percent_encode(config_.bucket);
  AVA_TRY(const RemoteReply reply, manage("find the domain of", "GET", config_.api, path, ""));
  const Json names = Json::parse(reply.body, nullptr, false);
  if (!names.is_array() || names.empty() || !names.front().is_string())
    return Error(ErrorCode::kUnavailable, "storage.bad_reply",
                 fmt::format("bucket '{}' has no domain to read from", config_.bucket))
        .hint("name one: domain=... in its address");
  const std::lock_guard lock(mutex_);
  domain_ = names.front().get<std::string>();
  if (domain_.find("://") == std::string::npos) domain_ = "http://" + domain_;
  return domain_;
}

Error KodoClient::error_of(const RemoteReply& reply, std::string_view what, std::string_view key) const {
  if (reply.ok())
    return Error(ErrorCode::kUnavailable, "storage.bad_reply",
                 fmt::format("{} '{}' of bucket '{}': the answer is not of Kodo", what, key, config_.bucket))
        .hint("check the hosts in its address");
  const Json answer = Json::parse(reply.body, nullptr, false);
  const bool says = answer.is_object() && answer.contains("error") && answer["error"].is_string();
  const std::string said = says ? answer["error"].get<std::string>().substr(0, 300) : "";
  const KodoMeaning meaning = kodo_meaning_of(reply.status, said);
  return Error(meaning.code, meaning.slug,
               fmt::format("{} '{}' of bucket '{}': status {}{}{}", what, key, config_.bucket, reply.status,
                           said.empty() ? "" : ": ", said))
      .hint(meaning.hint)
      .detail("status", std::to_string(reply.status))
      .detail("bucket", config_.bucket);
}

}  // namespace ava::remote
