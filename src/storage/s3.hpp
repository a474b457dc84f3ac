// Storage in a bucket of an S3-compatible store: AWS, Ceph, Swift, MinIO and the like, with our own signatures.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "remote/s3_client.hpp"
#include "storage/storage.hpp"

namespace ava::storage {

/// What an address leaves out; empty: AWS, us-east-1.
struct S3Defaults {
  std::string endpoint;
  std::string region;
};

/// "s3://bucket/prefix?endpoint=http://host:9000&region=r&style=path|virtual&checksums=on". Without an endpoint it is
/// AWS's of that region; the style follows: a foreign endpoint is asked path-style, AWS by virtual host.
/// Errors: `storage.bad_uri`.
Result<remote::S3Config> parse_s3_uri(std::string_view uri, const S3Defaults& defaults = {});
/// Nothing is asked of the store before the first call.
std::shared_ptr<Storage> open_s3(remote::S3Config config, remote::RemoteOptions options = {});
/// An address by which anybody may read (GET) or write (PUT) the object for `valid`, at most 7 days.
/// Errors: `storage.bad_key`, `storage.no_keys`.
Result<std::string> presign_s3(const remote::S3Config& config, std::string_view method, std::string_view key,
                               std::chrono::seconds valid);

}  // namespace ava::storage
