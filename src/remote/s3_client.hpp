// Signed S3 requests for one bucket, and what S3's errors mean in our words.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "remote/remote_client.hpp"
#include "remote/sigv4.hpp"

namespace ava::remote {

/// A bucket of an S3-compatible store. No access key: requests are not signed (public buckets).
struct S3Config {
  std::string endpoint;  ///< "https://s3.eu-central-1.amazonaws.com", "http://127.0.0.1:9000"
  std::string region;
  std::string bucket;
  std::string prefix;      ///< empty, or ends with '/': where our keys begin
  bool path_style = true;  ///< false: the bucket is a part of the host name
  bool checksums = false;  ///< send x-amz-checksum-sha256 with what is written; many stores refuse it
  Credentials keys;
};

/// Thread: any number at once.
class S3Client {
 public:
  S3Client(S3Config config, RemoteOptions options);
  const S3Config& config() const { return config_; }
  /// `key` is of the bucket, prefix included; empty: the bucket itself. Any status is a reply.
  Result<RemoteReply> send(std::string_view method, std::string_view key, const Pairs& query = {},
                           const Pairs& headers = {}, std::string_view body = {},
                           std::uint64_t limit_bytes = 64u << 20) const;
  /// As send(); a status other than 2xx is an error that says `what` was being done.
  Result<RemoteReply> must(std::string_view what, std::string_view method, std::string_view key,
                           const Pairs& query = {}, const Pairs& headers = {}, std::string_view body = {},
                           std::uint64_t limit_bytes = 64u << 20) const;
  /// An address that anybody may use for `valid`.
  std::string presign(std::string_view method, std::string_view key, std::chrono::seconds valid, TimeMs now_ms) const;
  /// Errors: `object.not_found`, `storage.bucket_missing`, `storage.denied`, `storage.bad_keys`, `storage.clock_skew`,
  /// `storage.token_expired`, `storage.wrong_region`, `storage.slow_down`, `storage.unavailable`, `storage.refused`.
  Error error_of(const RemoteReply& reply, std::string_view what, std::string_view key) const;

 private:
  std::string path_of(std::string_view key) const;
  S3Config config_;
  std::string scheme_;  ///< "https://"
  std::string host_;    ///< with the port; virtual-host style: with the bucket
  std::string base_;    ///< path before the key, no '/' at its end
  RemoteClient client_;
};

}  // namespace ava::remote
