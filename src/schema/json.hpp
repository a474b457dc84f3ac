// The parts of schema.hpp that hand out nlohmann::json by value: include only in .cpp files that work on documents.
#pragma once

#include <nlohmann/json.hpp>

#include "schema/schema.hpp"

namespace ava::schema {

using Json = nlohmann::json;

/// JSON document of a described value.
template <class T>
nlohmann::json to_json(const T& value) {
  return detail::write(const_cast<T*>(&value), &detail::walk<T>);
}

/// JSON Schema (2020-12, as OpenAPI 3.1 uses it) of T. With `components`, named structs go there and are referred to.
template <class T>
nlohmann::json schema_of(nlohmann::json* components) {
  T value{};
  return detail::json_schema(&value, &detail::walk<T>, components);
}

/// Parse text, at most 128 values deep. Errors: `json.bad`, with details line and column (characters, from 1) where it
/// is no JSON.
Result<nlohmann::json> parse(std::string_view text);

}  // namespace ava::schema
