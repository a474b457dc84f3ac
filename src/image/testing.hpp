// Pictures for tests.
#pragma once

#include "base/random.hpp"
#include "image/codec.hpp"

namespace ava::image {

/// Every value the same.
inline Pixels plain(int channels, std::uint8_t value, int width = 64, int height = 48) {
  return {width, height, channels,
          std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height * channels, value)};
}

/// Values in [low, high), the same on every machine.
inline Pixels random_pixels(int channels, int width = 64, int height = 48, int low = 0, int high = 256) {
  Pixels pixels = plain(channels, 0, width, height);
  for (std::size_t i = 0; i < pixels.data.size(); ++i)
    pixels.data[i] =
        static_cast<std::uint8_t>(low + static_cast<int>(random_below(1, i, static_cast<std::uint64_t>(high - low))));
  return pixels;
}

}  // namespace ava::image
