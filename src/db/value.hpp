// What goes into and comes out of a statement: Value, Param and Row. No SQL and no driver here.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace ava::db {

using Blob = std::vector<std::uint8_t>;

/// Something with a text form, as every Id<Noun> has.
template <class T>
concept HasText = requires(const T& t) {
  { t.str() } -> std::convertible_to<std::string_view>;
};

/// One cell: nothing, integer, real, text or bytes. Converts from the usual C++ types, from ids and from optionals.
class Value {
 public:
  using Cell = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

  Value() = default;
  Value(std::nullptr_t) {}  // NOLINT(google-explicit-constructor)
  Value(std::nullopt_t) {}  // NOLINT(google-explicit-constructor)
  template <std::integral T>
  Value(T number) : cell_(static_cast<std::int64_t>(number)) {}  // NOLINT(google-explicit-constructor)
  Value(double number) : cell_(number) {}                        // NOLINT(google-explicit-constructor)
  Value(const char* text) : cell_(std::string(text)) {}          // NOLINT(google-explicit-constructor)
  Value(std::string_view text) : cell_(std::string(text)) {}     // NOLINT(google-explicit-constructor)
  Value(std::string text) : cell_(std::move(text)) {}            // NOLINT(google-explicit-constructor)
  Value(Blob bytes) : cell_(std::move(bytes)) {}                 // NOLINT(google-explicit-constructor)
  template <HasText T>
  Value(const T& id) : cell_(std::string(id.str())) {}  // NOLINT(google-explicit-constructor)
  template <class T>
  Value(const std::optional<T>& maybe) {  // NOLINT(google-explicit-constructor)
    if (maybe.has_value()) *this = Value(*maybe);
  }

  bool is_null() const { return cell_.index() == 0; }
  const Cell& cell() const { return cell_; }
  Cell& cell() { return cell_; }

 private:
  Cell cell_;
};

/// A named parameter: {"id", id} fills `:id`.
struct Param {
  std::string_view name;
  Value value;
};

/// One row of an answer; columns by the name they have in the SELECT.
/// Errors: asking for a column that the statement has not, or text as a number, is a mistake in the program and ends
/// it with a message. NULL reads as 0, "" or empty bytes; use the `maybe` forms where NULL means something.
class Row {
 public:
  using Names = std::shared_ptr<const std::vector<std::string>>;
  Row(Names names, std::vector<Value> cells) : names_(std::move(names)), cells_(std::move(cells)) {}

  std::int64_t integer(std::string_view column) const;
  bool boolean(std::string_view column) const { return integer(column) != 0; }
  double real(std::string_view column) const;
  std::string text(std::string_view column) const;
  Blob blob(std::string_view column) const;
  bool is_null(std::string_view column) const { return at(column).is_null(); }

  std::optional<std::int64_t> maybe_integer(std::string_view column) const;
  std::optional<double> maybe_real(std::string_view column) const;
  std::optional<std::string> maybe_text(std::string_view column) const;
  /// row.maybe<schema::Time>("ended_ms"): the number as T, nothing for NULL.
  template <class T>
  std::optional<T> maybe(std::string_view column) const {
    if (const auto number = maybe_integer(column)) return T{*number};
    return std::nullopt;
  }

  /// row.id<Dataset>("id") as Id<Dataset>.
  template <class IdType>
  IdType id(std::string_view column) const {
    return IdType::trusted(text(column));
  }
  const Value& at(std::string_view column) const;

 private:
  Names names_;
  std::vector<Value> cells_;
};

}  // namespace ava::db
