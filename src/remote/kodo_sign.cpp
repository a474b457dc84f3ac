#include "remote/kodo_sign.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "remote/sign.hpp"

namespace ava::remote {

std::string kodo_token(const Credentials& keys, std::string_view text) {
  return fmt::format("{}:{}", keys.access_key, base64_url(hmac_sha1(keys.secret_key, text)));
}

std::string kodo_qbox(const Credentials& keys, std::string_view path_and_query, std::string_view form) {
  return "QBox " + kodo_token(keys, fmt::format("{}\n{}", path_and_query, form));
}

std::string kodo_upload_token(const Credentials& keys, std::string_view policy) {
  const std::string encoded = base64_url(policy);
  return fmt::format("{}:{}", kodo_token(keys, encoded), encoded);
}

std::string kodo_private_url(const Credentials& keys, const std::string& url, std::int64_t deadline_s) {
  const std::string timed = fmt::format("{}{}e={}", url, url.find('?') == std::string::npos ? '?' : '&', deadline_s);
  return fmt::format("{}&token={}", timed, kodo_token(keys, timed));
}

std::string kodo_entry(std::string_view bucket, std::string_view key) {
  return base64_url(fmt::format("{}:{}", bucket, key));
}

std::string kodo_etag(const std::vector<std::string>& block_sha1s) {
  if (block_sha1s.empty()) return base64_url("\x16" + sha1(""));
  if (block_sha1s.size() == 1) return base64_url("\x16" + block_sha1s.front());
  std::string all;
  for (const std::string& block : block_sha1s) all += block;
  return base64_url("\x96" + sha1(all));
}

std::string kodo_etag_of(std::string_view bytes) {
  std::vector<std::string> blocks;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(kKodoBlock, bytes.size())))
    blocks.push_back(sha1(bytes.substr(0, kKodoBlock)));
  return kodo_etag(blocks);
}

}  // namespace ava::remote
