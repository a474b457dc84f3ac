#include "remote/sign.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/digest.hpp"

namespace ava::remote {

namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string hmac(const EVP_MD* kind, std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  HMAC(kind, key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), out.data(), &size);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, kind, nullptr);
  return {reinterpret_cast<const char*>(out.data()), size};
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view text) { return hmac(EVP_sha256(), key, text); }
std::string hmac_sha1(std::string_view key, std::string_view text) { return hmac(EVP_sha1(), key, text); }
std::string sha1(std::string_view bytes) { return digest(EVP_sha1(), bytes); }
std::string md5(std::string_view bytes) { return digest(EVP_md5(), bytes); }

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

std::string hex_of(std::string_view bytes) { return to_hex({bytes_of(bytes), bytes.size()}); }

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
  out.pop_back();
  return out;
}

std::string base64_url(std::string_view bytes) {
  std::string out = base64(bytes);
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

}  // namespace ava::remote
