// Signed Kodo requests for one bucket: where its hosts are, and what its errors mean in our words.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "remote/kodo_sign.hpp"
#include "remote/remote_client.hpp"

namespace ava::remote {

/// A Kodo bucket. Hosts begin with http(s)://, no '/' at their end. Source: contracts.md 3.
struct KodoConfig {
  std::string bucket;
  std::string prefix;  ///< empty, or ends with '/': where our keys begin
  std::string rs = "https://rs.qbox.me";
  std::string rsf = "https://rsf.qbox.me";
  std::string api = "https://api.qiniu.com";
  std::string uc = "https://uc.qbox.me";
  std::string up;      ///< empty: uc is asked
  std::string domain;  ///< where objects are read; empty: api is asked, its first answer is taken
  Credentials keys;
};

/// Thread: any number at once.
class KodoClient {
 public:
  KodoClient(KodoConfig config, RemoteOptions options);
  const KodoConfig& config() const { return config_; }
  /// A management call (rs, rsf, api): QBox signature, success is 200 with X-Reqid.
  Result<RemoteReply> manage(std::string_view what, std::string_view method, const std::string& host,
                             const std::string& path_and_query, std::string_view key) const;
  /// An upload call; retries go to the next up host. `path` begins with '/'.
  Result<RemoteReply> upload(std::string_view what, const std::string& path, std::vector<std::string> headers,
                             std::string_view body, std::string_view key) const;
  /// Download; `range` is empty or "bytes=0-9". 416 is a reply.
  Result<RemoteReply> download(std::string_view key, const std::string& range, std::uint64_t limit_bytes) const;
  /// A token that allows to write this key for an hour.
  std::string upload_token(std::string_view key) const;
  /// Errors: `object.not_found`, `storage.bucket_missing`, `storage.bad_keys`, `storage.denied`, `storage.clock_skew`,
  /// `storage.slow_down`, `storage.unavailable`, `storage.refused`, `storage.bad_reply` (no X-Reqid: not Kodo).
  Error error_of(const RemoteReply& reply, std::string_view what, std::string_view key) const;

 private:
  Result<std::vector<std::string>> up_hosts() const;
  Result<std::string> domain() const;
  KodoConfig config_;
  RemoteClient client_;
  mutable std::mutex mutex_;
  mutable std::vector<std::string> up_hosts_;
  mutable std::string domain_;
};

}  // namespace ava::remote
