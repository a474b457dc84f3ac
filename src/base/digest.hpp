// SHA-256 (OpenSSL: uses the processor's SHA instructions), incremental and at once, and hex text. Digests name
// samples, files and batches.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ava {

using Digest = std::array<std::uint8_t, 32>;

/// Incremental SHA-256. Thread: not thread-safe.
class Sha256 {
 public:
  Sha256();
  Sha256& update(std::string_view bytes);
  Sha256& update(std::span<const std::uint8_t> bytes);
  Digest finish();

 private:
  friend std::array<Digest, 2> sha256_of_two(std::string_view a, std::string_view b);
  alignas(8) std::array<std::uint8_t, 128> state_;
};

Digest sha256(std::string_view bytes);
/// The digests of two texts, where the processor has SHA instructions in two thirds of the time of one after the other.
std::array<Digest, 2> sha256_of_two(std::string_view a, std::string_view b);
std::string to_hex(std::span<const std::uint8_t> bytes);
/// Errors: `hex.bad` on an odd length or a character that is no hex digit.
Result<std::string> from_hex(std::string_view hex);
/// Digest of a file read in blocks. Errors: `file.not_found`, `file.io`.
Result<Digest> sha256_of_file(const std::string& path);

}  // namespace ava
