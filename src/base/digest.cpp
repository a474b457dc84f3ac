#include "base/digest.hpp"

#include <fcntl.h>
// The incremental calls are old, but they keep their state in place and use the processor's SHA instructions;
// libsodium's portable code is five times slower, and formatting hashes every byte twice.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <vector>

#include "base/file.hpp"
#include "base/sha256_pair.hpp"

namespace ava {

namespace {
static_assert(sizeof(SHA256_CTX) <= 128);
SHA256_CTX* state_of(std::array<std::uint8_t, 128>& raw) { return reinterpret_cast<SHA256_CTX*>(raw.data()); }
}  // namespace

Sha256::Sha256() {
  new (state_.data()) SHA256_CTX;
  SHA256_Init(state_of(state_));
}

Sha256& Sha256::update(std::string_view bytes) {
  SHA256_Update(state_of(state_), bytes.data(), bytes.size());
  return *this;
}

Sha256& Sha256::update(std::span<const std::uint8_t> bytes) {
  SHA256_Update(state_of(state_), bytes.data(), bytes.size());
  return *this;
}

Digest Sha256::finish() {
  Digest digest;
  SHA256_Final(digest.data(), state_of(state_));
  return digest;
}

Digest sha256(std::string_view bytes) { return Sha256().update(bytes).finish(); }

std::array<Digest, 2> sha256_of_two(std::string_view a, std::string_view b) {
  constexpr std::size_t kBlock = 64;
  const std::string_view texts[] = {a, b};
  Sha256 hashes[2];
  const std::size_t both = detail::has_sha_instructions() ? std::min(a.size(), b.size()) / kBlock : 0;
  if (both > 0) {
    SHA256_CTX* states[] = {state_of(hashes[0].state_), state_of(hashes[1].state_)};
    detail::sha256_blocks_pair(states[0]->h, reinterpret_cast<const unsigned char*>(a.data()), states[1]->h,
                               reinterpret_cast<const unsigned char*>(b.data()), both);
    const std::uint64_t bits = std::uint64_t{both} * kBlock * 8;
    for (SHA256_CTX* state : states) {
      state->Nl = static_cast<SHA_LONG>(bits);
      state->Nh = static_cast<SHA_LONG>(bits >> 32);
    }
  }
  std::array<Digest, 2> digests;
  for (std::size_t i = 0; i < 2; ++i) digests[i] = hashes[i].update(texts[i].substr(both * kBlock)).finish();
  return digests;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

Result<std::string> from_hex(std::string_view hex) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  if (hex.size() % 2 != 0) return Error(ErrorCode::kInvalidArgument, "hex.bad", "odd number of hex digits");
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]);
    const int low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return Error(ErrorCode::kInvalidArgument, "hex.bad", "not a hex digit");
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

Result<Digest> sha256_of_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return file::error_of(errno, "open", path);
  Sha256 hash;
  std::vector<std::uint8_t> block(1u << 18);
  ssize_t got = 0;
  while ((got = ::read(fd, block.data(), block.size())) > 0)
    hash.update(std::span<const std::uint8_t>(block.data(), static_cast<std::size_t>(got)));
  const int failed = got < 0 ? errno : 0;
  close(fd);
  if (failed != 0) return file::error_of(failed, "read", path);
  return hash.finish();
}

}  // namespace ava
