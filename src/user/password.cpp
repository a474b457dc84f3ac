#include "user/password.hpp"

#include <sodium.h>

namespace ava::user {

namespace {

/// One of the two places, given back at the end of the scope.
class Place {
 public:
  explicit Place(std::counting_semaphore<2>& places)
      : places_(places), taken_(places.try_acquire_for(std::chrono::seconds(10))) {}
  ~Place() {
    if (taken_) places_.release();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  bool taken() const { return taken_; }

 private:
  std::counting_semaphore<2>& places_;
  bool taken_;
};

Error busy() { return Error(ErrorCode::kUnavailable, "user.busy", "too many logins at the same moment"); }

}  // namespace

Result<std::string> PasswordHasher::hash(std::string_view password) {
  const Place place(places_);
  if (!place.taken()) return busy();
  char text[crypto_pwhash_STRBYTES] = {};
  if (crypto_pwhash_str(text, password.data(), password.size(), cost_.passes, cost_.memory_bytes) != 0)
    return Error(ErrorCode::kResourceExhausted, "user.busy", "no memory for a password hash");
  return std::string(text);
}

Result<bool> PasswordHasher::verify(const std::string& hash, std::string_view password) {
  const Place place(places_);
  if (!place.taken()) return busy();
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

Result<bool> PasswordHasher::verify_nobody(std::string_view password) {
  AVA_CHECK(hash(password));
  return false;
}

std::string one_time_password() {
  constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz23456789";
  std::string text;
  for (int i = 0; i < 16; ++i) {
    if (i > 0 && i % 4 == 0) text += '-';
    text += kLetters[randombytes_uniform(static_cast<std::uint32_t>(kLetters.size()))];
  }
  return text;
}

}  // namespace ava::user
