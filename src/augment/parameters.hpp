// Parameters that several operations share, and short ways to write others.
#pragma once

#include <array>
#include <string_view>

#include "augment/op.hpp"

namespace ava::augment {

inline constexpr std::array<std::string_view, 5> kFills = {"black", "grey", "white", "edge", "mirror"};
inline constexpr Parameter kFillParameter{.name = "fill",
                                          .doc = "What shows where the picture has no pixels",
                                          .kind = ParameterKind::kChoice,
                                          .choices = kFills};
/// Decides all random pixels of a step.
inline constexpr Parameter kSeedParameter{.name = "seed",
                                          .doc = "Decides the random pixels",
                                          .kind = ParameterKind::kInteger,
                                          .min = 0,
                                          .max = 2147483647,
                                          .low = 0,
                                          .high = 2147483647,
                                          .drawn_only = true};

}  // namespace ava::augment
