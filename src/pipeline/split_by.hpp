// How the parts of a batch are decided. On its own, because requests of the server name it, too.
#pragma once

#include <cstdint>
#include <span>

#include "schema/schema.hpp"

namespace ava::pipeline {

/// By shares of the samples, by numbers of samples, or as somebody decided before: by the member `split` of the lines
/// or by a file (given_parts.hpp).
enum class SplitBy : std::uint8_t { kPercent, kCounts, kList };
std::span<const schema::EnumName<SplitBy>> enum_names(SplitBy);

}  // namespace ava::pipeline
