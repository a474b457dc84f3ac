// Values of operations' parameters: what may be given, how it is written. Used by op_text.cpp and op_json.cpp.
#pragma once

#include <string>
#include <string_view>

#include "augment/op.hpp"
#include "base/result.hpp"

namespace ava::augment {

/// What a parameter has when nobody sets it.
Setting default_of(const Parameter& parameter);
/// Fixed without anybody setting it: such values need not be written at the end of a step.
bool is_fixed(const Parameter& parameter);
/// Errors: `op.bad_argument`, with the parameter's bounds or choices in the hint.
Result<void> check_number(const Op& op, const Parameter& parameter, double value);
Result<void> check_choice(const Op& op, const Parameter& parameter, std::string_view value);
/// At most 6 significant digits; whole numbers of kInteger in full.
std::string number_text(const Parameter& parameter, double value);
/// The known name that is most like `name`; empty when none is near.
std::string nearest_of(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace ava::augment
