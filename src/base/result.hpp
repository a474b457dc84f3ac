// Failures as values: Error (code, slug, message, context, hint) and Result<T>, shaped like std::expected.
// Propagate with AVA_TRY(decl, expr) and AVA_CHECK(expr); add context going up; log only where it ends.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace ava {

/// What kind of failure it is: decides HTTP status, CLI exit code and retry (docs/design, table of section 5).
enum class ErrorCode : std::uint8_t {
  kInvalidArgument,
  kUnauthenticated,
  kPermissionDenied,
  kNotFound,
  kConflict,
  kResourceExhausted,
  kUnavailable,
  kDeadlineExceeded,
  kCorrupt,
  kCancelled,
  kInternal,
};

std::string_view name_of(ErrorCode code);
int http_status(ErrorCode code);
int exit_code(ErrorCode code);
bool is_retryable(ErrorCode code);

/// A failure: one pointer wide, cheap to move. `slug` is stable ("dataset.in_use") and finds the sentence in the
/// zh/en catalogues; `message` says it in English with the values that matter.
class Error {
 public:
  Error(ErrorCode code, std::string_view slug, std::string_view message = {}, const char* file = __builtin_FILE(),
        int line = __builtin_LINE());

  ErrorCode code() const;
  const std::string& slug() const;
  const std::string& message() const;
  /// What a person can do about it; empty when there is nothing useful to say.
  const std::string& hint() const;
  /// JSON pointer of the request field at fault ("/splits/train"); empty when it is no field.
  const std::string& pointer() const;
  /// Values for the sentence and for programs, e.g. {"line","7"}.
  const std::map<std::string, std::string>& details() const;
  /// "context: context: message", the text for a log or a terminal.
  std::string text() const;
  /// "file.cpp:12", where it was made.
  std::string where() const;

  Error&& context(std::string_view what) &&;
  Error& context(std::string_view what) &;
  Error&& hint(std::string_view hint) &&;
  Error&& at(std::string_view pointer) &&;
  Error&& detail(std::string_view key, std::string_view value) &&;

 private:
  struct Body;
  std::shared_ptr<Body> body_;
};

/// A value or an Error. Thread: as its T. Never throws; value() on an error ends the program with the error's text.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)
  template <class U>
  requires(std::is_convertible_v<U&&, T> && !std::is_same_v<std::decay_t<U>, Error> &&
           !std::is_same_v<std::decay_t<U>, T> && !std::is_same_v<std::decay_t<U>, Result<T>>) Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() &;
  const T& value() const&;
  T&& value() && { return std::move(value()); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T value_or(T other) && { return ok() ? std::move(std::get<0>(state_)) : std::move(other); }
  Error& error() { return std::get<1>(state_); }
  const Error& error() const { return std::get<1>(state_); }

  /// Add what was being done; no effect on a value.
  Result&& context(std::string_view what) && {
    if (!ok()) error().context(what);
    return std::move(*this);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }
  Result&& context(std::string_view what) && {
    if (!ok()) error_->context(what);
    return std::move(*this);
  }

 private:
  std::optional<Error> error_;
};

namespace detail {
[[noreturn]] void die_of(const Error& error);
}

template <class T>
T& Result<T>::value() & {
  if (!ok()) detail::die_of(error());
  return std::get<0>(state_);
}
template <class T>
const T& Result<T>::value() const& {
  if (!ok()) detail::die_of(error());
  return std::get<0>(state_);
}

#define AVA_CONCAT_2(a, b) a##b
#define AVA_CONCAT(a, b) AVA_CONCAT_2(a, b)
#define AVA_TRY_2(tmp, decl, ...)               \
  auto tmp = (__VA_ARGS__);                     \
  if (!tmp.ok()) return std::move(tmp).error(); \
  decl = *std::move(tmp)
/// AVA_TRY(const auto x, f()): take the value or return the error.
#define AVA_TRY(decl, ...) AVA_TRY_2(AVA_CONCAT(ava_try_, __COUNTER__), decl, __VA_ARGS__)
#define AVA_CHECK_2(tmp, ...)                     \
  do {                                            \
    auto tmp = (__VA_ARGS__);                     \
    if (!tmp.ok()) return std::move(tmp).error(); \
  } while (false)
/// AVA_CHECK(f()): go on, or return the error.
#define AVA_CHECK(...) AVA_CHECK_2(AVA_CONCAT(ava_check_, __COUNTER__), __VA_ARGS__)

}  // namespace ava
