// What a sample's url names: an object of a bucket, a web address, a local file, a relative path, or nothing we read.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "remote/percent.hpp"

namespace ava::storage {

enum class UriKind : unsigned char { kBucket, kHttp, kFile, kLocalPath, kRelative, kData, kUnknown };

/// A url taken apart. Lifetime: views into the text given to parse_uri().
/// Source: contracts.md 1 (all `qiniu://` forms), formats.md 2.6.
struct ObjectUri {
  UriKind kind = UriKind::kUnknown;
  std::string_view scheme;
  std::string_view bucket;  ///< kBucket: first path segment
  std::string_view key;     ///< kBucket: behind the bucket, raw bytes; kFile, kLocalPath, kRelative: the path
  std::string_view uid;     ///< `qiniu://<uid>@<zone>/...`
  std::string_view zone;
};

/// Errors (slugs of formats.md 2.6): `url_missing`, `unknown_scheme`, `url_bad`.
Result<ObjectUri> parse_uri(std::string_view url);
/// "qiniu:///<bucket>/<key>", the normal form; key bytes unchanged.
std::string bucket_uri(std::string_view bucket, std::string_view key);
using remote::percent_decode;
using remote::percent_encode_path;
/// The early form `qiniu:///<zone>/<bucket>/<key>`: when `bucket` is a known zone name, the second reading of the uri.
bool second_reading(const ObjectUri& uri, ObjectUri& other);

}  // namespace ava::storage
