// Fog, rain and shadow laid over a picture. What is drawn follows from a seed; sizes follow from the picture's, so that
// a small and a large copy look alike.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "image/codec.hpp"

namespace ava::image {

/// Smooth random values (value noise of four octaves), row by row. `cell`: pixels between the largest waves.
std::vector<std::uint8_t> clouds(int width, int height, int cell, std::uint64_t seed);

/// Light grey in front of everything, thicker and thinner from place to place. Units: `density` 0..1, 1 hides most.
void add_fog(Pixels& pixels, double density, std::uint64_t seed);
/// Falling streaks, and the duller light of a rainy day. Units: `amount` 0..1; degrees from falling straight, above 0
/// to the left. Errors: `picture.filter`.
Result<void> add_rain(Pixels& pixels, double amount, double degrees, std::uint64_t seed);
/// The shadow of something with four corners, reaching over two opposite edges. Units: `darkness` 0..1, 1 is black.
/// Errors: `picture.filter`.
Result<void> add_shadow(Pixels& pixels, double darkness, std::uint64_t seed);

}  // namespace ava::image
