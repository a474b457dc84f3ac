// The arithmetic of signed requests: HMACs, block hashes and base64 as the S3 and Kodo protocols want them.
#pragma once

#include <string>
#include <string_view>

namespace ava::remote {

/// Raw bytes, not hex.
std::string hmac_sha256(std::string_view key, std::string_view text);
std::string hmac_sha1(std::string_view key, std::string_view text);
std::string sha1(std::string_view bytes);
std::string md5(std::string_view bytes);

std::string sha256_hex(std::string_view bytes);
std::string hex_of(std::string_view bytes);
std::string base64(std::string_view bytes);
/// '-' and '_' for '+' and '/', padding kept (Kodo).
std::string base64_url(std::string_view bytes);

}  // namespace ava::remote
