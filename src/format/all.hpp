// The training formats AVA knows: one line per driver in all.cpp.
#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"
#include "format/format.hpp"

namespace ava::format {

/// In the order forms show them. Lifetime: drivers live as long as the program.
std::span<const Format* const> all();
/// Errors: `format.unknown`, with the names there are.
Result<const Format*> find(std::string_view name);

}  // namespace ava::format
