#include "image/perceptual_hash.hpp"

#include <algorithm>

namespace ava::image {

namespace {

constexpr std::uint64_t kColumns = 9;
constexpr std::uint64_t kRows = 8;
constexpr int kDecodeAtLeast = 72;  // eight pixels a cell are enough; JPEG shrinks while it decodes

/// Sum of the grey values of each cell and how many there were. Cells of a picture smaller than the grid repeat pixels.
std::uint64_t mean_of_cell(const Pixels& from, std::uint64_t column, std::uint64_t row) {
  const auto width = static_cast<std::uint64_t>(from.width);
  const auto height = static_cast<std::uint64_t>(from.height);
  const std::uint64_t x0 = column * width / kColumns;
  const std::uint64_t x1 = std::max(x0 + 1, (column + 1) * width / kColumns);
  const std::uint64_t y0 = row * height / kRows;
  const std::uint64_t y1 = std::max(y0 + 1, (row + 1) * height / kRows);
  std::uint64_t sum = 0;
  for (std::uint64_t y = y0; y < y1; ++y)
    for (std::uint64_t x = x0; x < x1; ++x) sum += from.data[y * width + x];
  // In 1/256 of a grey step: cells differ in size by a row or a column.
  return sum * 256 / std::max<std::uint64_t>(1, (x1 - x0) * (y1 - y0));
}

Pixels grey_of(const Pixels& from) {
  Pixels grey{.width = from.width, .height = from.height, .channels = 1};
  grey.data.reserve(from.data.size() / 3);
  for (std::size_t i = 0; i + 2 < from.data.size(); i += 3)
    grey.data.push_back(
        static_cast<std::uint8_t>((from.data[i] * 299 + from.data[i + 1] * 587 + from.data[i + 2] * 114 + 500) / 1000));
  return grey;
}

}  // namespace

std::uint64_t perceptual_hash(const Pixels& pixels) {
  if (pixels.channels != 1) return perceptual_hash(grey_of(pixels));
  std::uint64_t hash = 0;
  for (std::uint64_t row = 0; row < kRows; ++row) {
    std::uint64_t left = mean_of_cell(pixels, 0, row);
    for (std::uint64_t column = 1; column < kColumns; ++column) {
      const std::uint64_t right = mean_of_cell(pixels, column, row);
      if (left < right) hash |= std::uint64_t{1} << (row * (kColumns - 1) + column - 1);
      left = right;
    }
  }
  return hash;
}

Result<std::uint64_t> perceptual_hash(std::string_view bytes) {
  AVA_TRY(const Pixels pixels, decode(bytes, {.channels = 1,
                                              .at_least_width = kDecodeAtLeast,
                                              .at_least_height = kDecodeAtLeast,
                                              .apply_orientation = true}));
  return perceptual_hash(pixels);
}

}  // namespace ava::image
