#include "image/noise.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "base/random.hpp"
#include "image/colour.hpp"

namespace ava::image {

namespace {

constexpr int kQuantileBits = 12;
constexpr int kUnit = 1024;  // one deviation in the table
using Quantiles = std::array<std::int16_t, 1 << kQuantileBits>;

/// Quantiles of the normal distribution at (k + 0.5) / 4096. Made by adding up its density in small steps, which takes
/// multiplications only: functions of the maths library differ between machines.
Quantiles make_quantiles() {
  constexpr int kReach = 4 * kUnit;
  constexpr double kStep = 1.0 / kUnit;
  constexpr double kFall = 1 - kStep * kStep + kStep * kStep * kStep * kStep / 2;  // exp(-kStep^2)
  // density(x + h) = density(x) * ratio, ratio(x + h) = ratio(x) * exp(-h^2).
  std::vector<double> density(kReach + 1, 1.0);
  double ratio = 1 - kStep * kStep / 2;
  double total = 1;
  for (std::size_t i = 1; i <= kReach; ++i) {
    density[i] = density[i - 1] * ratio;
    ratio *= kFall;
    total += 2 * density[i];
  }
  Quantiles quantiles{};
  constexpr std::size_t kHalf = quantiles.size() / 2;
  double below = 0.5 + density[0] / total / 2;
  int at = 0;
  for (std::size_t k = 0; k < kHalf; ++k) {
    const double share = (static_cast<double>(kHalf + k) + 0.5) / static_cast<double>(quantiles.size());
    while (below < share && at < kReach) below += density[static_cast<std::size_t>(++at)] / total;
    quantiles[kHalf + k] = static_cast<std::int16_t>(at);
    quantiles[kHalf - 1 - k] = static_cast<std::int16_t>(-at);
  }
  return quantiles;
}

const Quantiles& quantiles() {
  static const Quantiles table = make_quantiles();
  return table;
}

/// Units of NormalDraws: `range` is the value of 1.
std::uint32_t deviation_of(double share, double range) {
  return static_cast<std::uint32_t>(std::lround(share * range * 64));
}

}  // namespace

int NormalDraws::next() {
  if (left_ == 0) {
    word_ = random_at(seed_, counter_++);
    left_ = 4;
  }
  --left_;
  const int quantile = quantiles()[word_ & ((1u << kQuantileBits) - 1)];
  word_ >>= 16;
  return static_cast<int>((quantile * deviation_ + (1 << 15)) >> 16);  // 1024 * 64 = 2^16
}

void add_noise(Pixels& pixels, double deviation, bool grey, std::uint64_t seed) {
  const std::uint32_t units = deviation_of(deviation, 255);
  if (units == 0) return;
  NormalDraws draws(seed, units);
  if (!grey || pixels.channels == 1) {
    for (std::uint8_t& value : pixels.data) value = to_byte(value + draws.next());
    return;
  }
  for (std::size_t i = 0; i + 2 < pixels.data.size(); i += 3) {
    const int by = draws.next();
    for (std::size_t c = 0; c < 3; ++c) pixels.data[i + c] = to_byte(pixels.data[i + c] + by);
  }
}

void add_salt_pepper(Pixels& pixels, double amount, double salt, std::uint64_t seed) {
  constexpr double kAll = 4294967296.0;
  const auto touched = static_cast<std::uint64_t>(std::lround(amount * kAll));
  const auto white = static_cast<std::uint64_t>(std::lround(amount * salt * kAll));
  const auto channels = static_cast<std::size_t>(pixels.channels);
  const std::size_t count = pixels.data.size() / channels;
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) {
    word = i % 2 == 0 ? random_at(seed, i / 2) : word >> 32;
    const std::uint64_t draw = word & 0xFFFFFFFFu;
    if (draw >= touched) continue;
    std::fill_n(pixels.data.begin() + static_cast<std::ptrdiff_t>(i * channels), channels,
                draw < white ? std::uint8_t{255} : std::uint8_t{0});
  }
}

void add_sensor_noise(Pixels& pixels, double colour, double intensity, std::uint64_t seed) {
  constexpr double kGrainInWhite = 25;
  constexpr int kUnits = 256;
  if (pixels.channels == 1) colour = 0;
  std::array<int, 256> grain{};  // by value: a fifth is always there, the rest is shot noise
  for (std::size_t v = 0; v < grain.size(); ++v)
    grain[v] = static_cast<int>(kUnits * (0.2 + 0.8 * std::sqrt(static_cast<double>(v) / 255)));
  NormalDraws light(seed, deviation_of(intensity, kGrainInWhite * 16));
  NormalDraws tint(random_key(seed, "tint"), deviation_of(colour, 255));
  const auto width = static_cast<std::size_t>(pixels.width);
  const auto channels = static_cast<std::size_t>(pixels.channels);
  std::vector<std::array<int, 3>> blotches((width + 1) / 2);
  std::uint8_t* at = pixels.data.data();
  for (int y = 0; y < pixels.height; ++y) {
    if (y % 2 == 0)
      for (auto& [r, g, b] : blotches) {
        r = tint.next();
        b = tint.next();
        g = -(r + b) / 4;  // about the same brightness
      }
    for (std::size_t x = 0; x < width; ++x, at += channels) {
      const int by = light.next();
      for (std::size_t c = 0; c < channels; ++c)
        at[c] = to_byte(at[c] + (by * grain[at[c]] + 8 * kUnits) / (16 * kUnits) + blotches[x / 2][c]);
    }
  }
}

}  // namespace ava::image
