// Signatures and file hashes of Kodo, the object store of the original AVA. Pure functions. Source: contracts.md 2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "remote/sigv4.hpp"

namespace ava::remote {

inline constexpr std::size_t kKodoBlock = 4u << 20;

/// "AK:sig" over any text: the base of all of them.
std::string kodo_token(const Credentials& keys, std::string_view text);
/// Value of `Authorization` for stat, delete, list: "QBox AK:sig". `form` is the body of a form request, else empty.
std::string kodo_qbox(const Credentials& keys, std::string_view path_and_query, std::string_view form = {});
/// Token for an upload. `policy` is compact JSON with scope and deadline.
std::string kodo_upload_token(const Credentials& keys, std::string_view policy);
/// Address of a private download, good until `deadline_s` (Unix seconds).
std::string kodo_private_url(const Credentials& keys, const std::string& url, std::int64_t deadline_s);
/// urlsafe-base64("bucket:key").
std::string kodo_entry(std::string_view bucket, std::string_view key);

/// File hash: of one block, or of the SHA-1s of 4 MiB blocks. Units: block digests are 20 raw bytes each.
std::string kodo_etag(const std::vector<std::string>& block_sha1s);
std::string kodo_etag_of(std::string_view bytes);

}  // namespace ava::remote
