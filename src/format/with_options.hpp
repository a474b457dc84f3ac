// The part of a driver that follows from its options alone, for drivers whose options are a described struct.
#pragma once

#include <string>
#include <string_view>

#include "format/format.hpp"
#include "schema/json.hpp"

namespace ava::format {

/// Base of a driver with the options `Options`; one that wants decoded planes says so by overriding needs_planes().
template <class Options>
class WithOptions : public Format {
 public:
  std::string options_schema() const override { return schema::schema_of<Options>(nullptr).dump(); }
  Result<bool> needs_planes(std::string_view options) const override {
    AVA_CHECK(options_of(options));
    return false;
  }

 protected:
  /// "" and "{}" are the defaults. Errors: those of schema/, with the field's pointer.
  static Result<Options> options_of(std::string_view text) {
    return schema::from_text<Options>(text.empty() ? "{}" : text);
  }
};

}  // namespace ava::format
