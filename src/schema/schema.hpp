// Describe a struct once; read it from JSON (with a pointer to what is wrong), write it, print its JSON Schema.
// A struct T is described by a free function `void describe(schema::Visitor& v, T& x)` in T's namespace:
//   v.type("CreateDataset");
//   v.field("name", x.name, {.doc = "...", .min = 4, .max = 63});
//   v.field("description", x.description, {.required = false, .max = 500});
// Members that are std::optional are never required. Enums are described by
//   `std::span<const schema::EnumName<E>> enum_names(E)`. nlohmann::json stays behind json_fwd.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.hpp"

namespace ava::schema {

/// What a form, a reader and a JSON Schema need to know of a field.
struct Hints {
  std::string_view doc{};
  bool required = true;
  /// Numbers: smallest and largest value. Strings: fewest and most characters. Arrays: items.
  std::optional<double> min{};
  std::optional<double> max{};
  /// JSON Schema `format` or a form widget: "password", "date-time", "uri", "multiline".
  std::string_view format{};
  std::string_view example{};
};

template <class E>
struct EnumName {
  E value;
  std::string_view name;
};

/// Any JSON value kept as its text ("{}" when unset): for params and other free objects.
struct AnyJson {
  std::string text = "{}";
};

/// A point in time, milliseconds UTC; RFC 3339 text in JSON.
struct Time {
  std::int64_t ms = 0;
};

class Visitor;

template <class T>
concept Described = requires(Visitor& v, T& x) {
  describe(v, x);
};
template <class T>
concept NamedEnum = std::is_enum_v<T> && requires(T x) {
  enum_names(x);
};
/// Id<Noun> and other text-like types: parse(text) -> Result<T>, str().
template <class T>
concept TextLike = requires(const T& x, std::string_view s) {
  { x.str() } -> std::convertible_to<const std::string&>;
  { T::parse(s) } -> std::same_as<Result<T>>;
};

namespace detail {
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;
}  // namespace detail

/// Walks a described struct: a reader, a writer or a schema printer. Lifetime: used within one call.
class Visitor {
 public:
  virtual ~Visitor() = default;

  /// Name of the struct in the JSON Schema; the first call of a describe().
  virtual void type(std::string_view name) { (void)name; }

  template <class T>
  void field(std::string_view name, T& value, const Hints& hints = {}) {
    constexpr bool kOptional = detail::is_optional<T>;
    if (!enter(name, hints, hints.required && !kOptional)) return;
    visit(value, hints);
    leave();
  }

  /// One value of any supported type, at the current place.
  template <class T>
  void visit(T& value, const Hints& hints = {}) {
    if constexpr (detail::is_optional<T>) {
      visit_optional(value, hints);
    } else if constexpr (detail::is_vector<T>) {
      const std::size_t count = begin_array(value.size(), hints);
      if (reading()) value.resize(count);
      typename T::value_type blank{};
      for (std::size_t i = 0; i < count; ++i) {
        begin_item(i);
        visit(i < value.size() ? value[i] : blank);
        end_item();
      }
      end_array();
    } else if constexpr (detail::is_map<T>) {
      visit_map(value);
    } else if constexpr (TextLike<T>) {
      std::string text = value.str();
      text_like(text, hints);
      if (reading()) {
        auto parsed = T::parse(text);
        if (parsed.ok())
          value = *std::move(parsed);
        else
          fail(std::move(parsed.error()));
      }
    } else if constexpr (NamedEnum<T>) {
      visit_enum(value);
    } else if constexpr (Described<T>) {
      begin_object();
      describe(*this, value);
      end_object();
    } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      std::int64_t wide = static_cast<std::int64_t>(value);
      integer(wide, static_cast<double>(std::numeric_limits<T>::min()),
              static_cast<double>(std::numeric_limits<T>::max()), hints);
      value = static_cast<T>(wide);
    } else if constexpr (std::is_floating_point_v<T>) {
      double wide = value;
      real(wide, hints);
      value = static_cast<T>(wide);
    } else {
      scalar(value, hints);
    }
  }

  virtual bool reading() const { return false; }
  /// Record a failure at the current place (readers only; others ignore it).
  virtual void fail(Error error) { (void)error; }

 protected:
  /// False: skip the field (absent in the input, or nothing to write).
  virtual bool enter(std::string_view name, const Hints& hints, bool required) = 0;
  virtual void leave() = 0;
  virtual void begin_object() = 0;
  virtual void end_object() = 0;
  virtual std::size_t begin_array(std::size_t count, const Hints& hints) = 0;
  virtual void end_array() = 0;
  virtual void begin_item(std::size_t index) = 0;
  virtual void end_item() = 0;
  /// Keys to visit of a map: those of the input, those of the value, or one example for a schema.
  virtual std::vector<std::string> map_keys(const std::vector<std::string>& have) = 0;
  /// Is there a value here (not null)? `present` is what the struct holds.
  virtual bool optional_here(bool present) = 0;
  virtual void choice(std::string& name, const std::vector<std::string_view>& allowed) = 0;
  virtual void text_like(std::string& text, const Hints& hints) = 0;
  virtual void integer(std::int64_t& value, double least, double most, const Hints& hints) = 0;
  virtual void real(double& value, const Hints& hints) = 0;
  virtual void scalar(bool& value, const Hints& hints) = 0;
  virtual void scalar(std::string& value, const Hints& hints) = 0;
  virtual void scalar(AnyJson& value, const Hints& hints) = 0;
  virtual void scalar(Time& value, const Hints& hints) = 0;

 private:
  template <class T>
  void visit_optional(std::optional<T>& value, const Hints& hints) {
    if (!optional_here(value.has_value())) {
      if (reading()) value.reset();
      return;
    }
    T inner = value.has_value() ? *value : T{};
    visit(inner, hints);
    if (reading()) value = std::move(inner);
  }
  template <class T>
  void visit_map(std::map<std::string, T>& value) {
    std::vector<std::string> have;
    for (const auto& entry : value) have.push_back(entry.first);
    begin_object();
    for (const std::string& key : map_keys(have)) {
      if (!enter(key, {}, true)) continue;
      T item{};
      if (const auto found = value.find(key); found != value.end()) item = found->second;
      visit(item);
      if (reading()) value[key] = std::move(item);
      leave();
    }
    end_object();
  }
  template <class E>
  void visit_enum(E& value) {
    std::vector<std::string_view> allowed;
    std::string name;
    for (const auto& row : enum_names(E{})) {
      allowed.push_back(row.name);
      if (row.value == value) name = row.name;
    }
    choice(name, allowed);
    if (!reading()) return;
    for (const auto& row : enum_names(E{}))
      if (row.name == name) value = row.value;
  }
};

/// Name of an enum value, "" for one that is not listed.
template <NamedEnum E>
std::string_view name_of(E value) {
  for (const auto& row : enum_names(E{}))
    if (row.value == value) return row.name;
  return {};
}
/// Value of a name. Errors: `enum.unknown`.
template <NamedEnum E>
Result<E> value_of(std::string_view name) {
  for (const auto& row : enum_names(E{}))
    if (row.name == name) return row.value;
  return Error(ErrorCode::kInvalidArgument, "enum.unknown", "unknown value '" + std::string(name) + "'");
}

namespace detail {
using Walk = void (*)(Visitor&, void*);
Result<void> read(const nlohmann::json& json, void* value, Walk walk);
Result<void> read_text(std::string_view text, void* value, Walk walk);
nlohmann::json write(void* value, Walk walk);
std::string write_text(void* value, Walk walk);
nlohmann::json json_schema(void* value, Walk walk, nlohmann::json* components);
template <class T>
void walk(Visitor& v, void* value) {
  v.visit(*static_cast<T*>(value));
}
}  // namespace detail

/// Read T from JSON text. Unknown fields are errors.
/// Errors: `json.bad` (line and column in the details), `field.missing`, `field.unknown`, `field.type`, `field.range`,
/// `field.choice`; each with the JSON pointer of the field.
template <class T>
Result<T> from_text(std::string_view text) {
  T value{};
  AVA_CHECK(detail::read_text(text, &value, &detail::walk<T>));
  return value;
}
/// As from_text, from a parsed document.
template <class T>
Result<T> from_json(const nlohmann::json& json) {
  T value{};
  AVA_CHECK(detail::read(json, &value, &detail::walk<T>));
  return value;
}
template <class T>
std::string to_text(const T& value) {
  return detail::write_text(const_cast<T*>(&value), &detail::walk<T>);  // a writer changes nothing
}
template <class T>
nlohmann::json to_json(const T& value);
template <class T>
nlohmann::json schema_of(nlohmann::json* components);

}  // namespace ava::schema
