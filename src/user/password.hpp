// Passwords as Argon2id hashes (libsodium), at most two at once so that logins cannot eat the memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <semaphore>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ava::user {

/// Work per hash. Units: memory in bytes. The default takes about 50 ms and 19 MiB (OWASP's second choice).
struct PasswordCost {
  std::uint64_t passes = 2;
  std::size_t memory_bytes = 19u << 20;
};

/// Makes and checks hashes. Thread: any.
/// Errors: `user.busy` (kUnavailable) when the two places stay taken for 10 s.
class PasswordHasher {
 public:
  explicit PasswordHasher(PasswordCost cost = {}) : cost_(cost) {}
  Result<std::string> hash(std::string_view password);
  Result<bool> verify(const std::string& hash, std::string_view password);
  /// As much work as verify(), always false: an unknown name must not answer faster than a wrong password.
  Result<bool> verify_nobody(std::string_view password);

 private:
  PasswordCost cost_;
  std::counting_semaphore<2> places_{2};
};

/// 16 letters and digits in groups of four, without those that are easily mistaken: 79 bits.
std::string one_time_password();

}  // namespace ava::user
