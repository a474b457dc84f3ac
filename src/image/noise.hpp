// Noise of cameras and of wires. Every value is a function of seed and place, in integers: the same bytes on every
// machine.
#pragma once

#include <cstdint>

#include "image/codec.hpp"

namespace ava::image {

/// Normally distributed random numbers, one after the other, cut at 3.7 deviations.
class NormalDraws {
 public:
  /// Units: `deviation` in 1/64 of what next() is counted in.
  NormalDraws(std::uint64_t seed, std::uint32_t deviation) : seed_(seed), deviation_(deviation) {}
  int next();

 private:
  std::uint64_t seed_;
  std::int64_t deviation_;
  std::uint64_t counter_ = 0;
  std::uint64_t word_ = 0;
  int left_ = 0;
};

/// Gaussian noise. Units: `deviation` in 0..1 of the whole range. `grey`: the same in all channels.
void add_noise(Pixels& pixels, double deviation, bool grey, std::uint64_t seed);
/// Single pixels become white or black. Units: `amount` is the share of pixels, `salt` the share of white among them.
void add_salt_pepper(Pixels& pixels, double amount, double salt, std::uint64_t seed);
/// What a sensor at high sensitivity adds: grain that grows with the root of the light, and blotches of colour of two
/// pixels. Units: `colour` in 0..1 of the whole range; `intensity` 1 is a deviation of 25 grey values in white.
void add_sensor_noise(Pixels& pixels, double colour, double intensity, std::uint64_t seed);

}  // namespace ava::image
