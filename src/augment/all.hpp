// The operations AVA knows: one line per operation in all.cpp.
#pragma once

#include <span>
#include <string_view>

#include "augment/op.hpp"
#include "base/result.hpp"

namespace ava::augment {

/// In the order forms show them. Lifetime: as long as the program.
std::span<const Op* const> all();
/// Errors: `op.unknown`; the hint is the nearest name, or all of them.
Result<const Op*> find(std::string_view name);

}  // namespace ava::augment
