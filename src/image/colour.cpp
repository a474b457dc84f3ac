#include "image/colour.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "image/mat.hpp"

namespace ava::image {

namespace {

using Histogram = std::array<std::uint64_t, 256>;

int luma_of(const std::uint8_t* rgb) { return (77 * rgb[0] + 150 * rgb[1] + 29 * rgb[2] + 128) >> 8; }

Histogram histogram_of(const std::uint8_t* values, std::size_t count, std::size_t stride) {
  Histogram histogram{};
  for (std::size_t i = 0; i < count; ++i) ++histogram[values[i * stride]];
  return histogram;
}

Histogram histogram_of(const std::vector<std::uint8_t>& luma) { return histogram_of(luma.data(), luma.size(), 1); }

std::uint64_t total_of(const Histogram& histogram) {
  return std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0});
}

Table identity_table() {
  Table table{};
  std::iota(table.begin(), table.end(), std::uint8_t{0});
  return table;
}

/// The share of pixels that are darker, without those of the darkest value (as OpenCV's equalizeHist).
Table equalising(const Histogram& histogram) {
  const std::uint64_t total = total_of(histogram);
  const auto darkest = std::find_if(histogram.begin(), histogram.end(), [](std::uint64_t n) { return n > 0; });
  if (darkest == histogram.end() || *darkest == total) return identity_table();
  const std::uint64_t spread = total - *darkest;
  Table table{};
  std::uint64_t below = 0;
  for (auto v = static_cast<std::size_t>(darkest - histogram.begin()) + 1; v < 256; ++v) {
    below += histogram[v];
    table[v] = static_cast<std::uint8_t>((below * 255 + spread / 2) / spread);
  }
  return table;
}

Table stretching(const Histogram& histogram, double cutoff) {
  const auto skip = static_cast<std::uint64_t>(static_cast<double>(total_of(histogram)) * cutoff);
  int low = 0;
  int high = 255;
  for (std::uint64_t seen = histogram[0]; low < 255 && seen <= skip;)
    seen += histogram[static_cast<std::size_t>(++low)];
  for (std::uint64_t seen = histogram[255]; high > 0 && seen <= skip;)
    seen += histogram[static_cast<std::size_t>(--high)];
  if (low >= high) return identity_table();
  Table table{};
  for (int v = 0; v < 256; ++v)
    table[static_cast<std::size_t>(v)] = to_byte(((v - low) * 255 * 2 + (high - low)) / (2 * (high - low)));
  return table;
}

/// Give pixels another brightness and keep their tint: all channels move alike.
void move_luma(Pixels& pixels, const std::vector<std::uint8_t>& from, const std::vector<std::uint8_t>& to) {
  if (pixels.channels == 1) {
    pixels.data = to;
    return;
  }
  std::uint8_t* rgb = pixels.data.data();
  for (std::size_t i = 0; i < from.size(); ++i, rgb += 3) {
    const int by = to[i] - from[i];
    for (int c = 0; c < 3; ++c) rgb[c] = to_byte(rgb[c] + by);
  }
}

/// A table for each channel, from its own histogram.
template <typename Make>
std::array<Table, 3> tables_of(const Pixels& pixels, const Make& make) {
  const auto channels = static_cast<std::size_t>(pixels.channels);
  std::array<Table, 3> tables{};
  for (std::size_t c = 0; c < channels; ++c)
    tables[c] = make(histogram_of(pixels.data.data() + c, pixels.data.size() / channels, channels));
  return tables;
}

}  // namespace

Table table_of(const std::function<double(double)>& map) {
  Table table{};
  for (std::size_t v = 0; v < table.size(); ++v)
    table[v] = static_cast<std::uint8_t>(std::lround(std::clamp(map(static_cast<double>(v)), 0.0, 255.0)));
  return table;
}

void apply_table(Pixels& pixels, const Table& table) {
  for (std::uint8_t& value : pixels.data) value = table[value];
}

void apply_tables(Pixels& pixels, const std::array<Table, 3>& tables) {
  if (pixels.channels == 1) return apply_table(pixels, tables[0]);
  for (std::size_t i = 0; i + 2 < pixels.data.size(); i += 3)
    for (std::size_t c = 0; c < 3; ++c) pixels.data[i + c] = tables[c][pixels.data[i + c]];
}

std::vector<std::uint8_t> luma_of(const Pixels& pixels) {
  if (pixels.channels == 1) return pixels.data;
  std::vector<std::uint8_t> luma(pixels.data.size() / 3);
  for (std::size_t i = 0; i < luma.size(); ++i) luma[i] = static_cast<std::uint8_t>(luma_of(&pixels.data[3 * i]));
  return luma;
}

double mean_luma(const Pixels& pixels) {
  const std::vector<std::uint8_t> luma = luma_of(pixels);
  const auto sum = std::accumulate(luma.begin(), luma.end(), std::uint64_t{0});
  return luma.empty() ? 0 : static_cast<double>(sum) / static_cast<double>(luma.size());
}

void shift_hue(Pixels& pixels, double degrees) {
  if (pixels.channels == 1) return;
  constexpr int kBits = 16;
  const auto shift = static_cast<std::int32_t>(std::lround(degrees / 60 * (1 << kBits)));  // of a full circle of 6
  std::uint8_t* rgb = pixels.data.data();
  for (std::size_t i = 0; i + 2 < pixels.data.size(); i += 3, rgb += 3) {
    const int r = rgb[0];
    const int g = rgb[1];
    const int b = rgb[2];
    const int most = std::max({r, g, b});
    const int least = std::min({r, g, b});
    // Hue times chroma: no division, and no shift gives the old values exactly.
    const int chroma = most - least;
    const int sector = most == r ? g - b : most == g ? 2 * chroma + b - r : 4 * chroma + r - g;
    const int one = chroma * (1 << kBits);
    int hue = sector * (1 << kBits) + shift * chroma;
    hue += hue < 0 ? 6 * one : 0;
    hue -= hue >= 6 * one ? 6 * one : 0;
    const auto channel = [&](int part) {
      return static_cast<std::uint8_t>(least + ((std::clamp(part, 0, one) + (1 << (kBits - 1))) >> kBits));
    };
    rgb[0] = channel(std::abs(hue - 3 * one) - one);
    rgb[1] = channel(2 * one - std::abs(hue - 2 * one));
    rgb[2] = channel(2 * one - std::abs(hue - 4 * one));
  }
}

void scale_saturation(Pixels& pixels, double factor) {
  if (pixels.channels == 1) return;
  const int times = static_cast<int>(std::lround(factor * 256));
  std::uint8_t* rgb = pixels.data.data();
  for (std::size_t i = 0; i + 2 < pixels.data.size(); i += 3, rgb += 3) {
    const int grey = luma_of(rgb);
    for (int c = 0; c < 3; ++c) rgb[c] = to_byte(grey + (((rgb[c] - grey) * times + 128) >> 8));
  }
}

void reorder(Pixels& pixels, const std::array<int, 3>& order) {
  if (pixels.channels == 1) return;
  std::uint8_t* rgb = pixels.data.data();
  for (std::size_t i = 0; i + 2 < pixels.data.size(); i += 3, rgb += 3) {
    const std::array<std::uint8_t, 3> old = {rgb[0], rgb[1], rgb[2]};
    for (std::size_t c = 0; c < 3; ++c) rgb[c] = old[static_cast<std::size_t>(order[c])];
  }
}

void equalise(Pixels& pixels, By by) {
  if (by == By::kChannel) return apply_tables(pixels, tables_of(pixels, equalising));
  const std::vector<std::uint8_t> luma = luma_of(pixels);
  const Table table = equalising(histogram_of(luma));
  std::vector<std::uint8_t> moved(luma.size());
  std::transform(luma.begin(), luma.end(), moved.begin(), [&](std::uint8_t v) { return table[v]; });
  move_luma(pixels, luma, moved);
}

void stretch(Pixels& pixels, double cutoff, By by) {
  if (by == By::kLuma) return apply_table(pixels, stretching(histogram_of(luma_of(pixels)), cutoff));
  apply_tables(pixels, tables_of(pixels, [cutoff](const Histogram& one) { return stretching(one, cutoff); }));
}

Result<void> equalise_locally(Pixels& pixels, double clip, int tiles) {
  std::vector<std::uint8_t> luma = luma_of(pixels);
  std::vector<std::uint8_t> moved(luma.size());
  AVA_CHECK(guarded([&] {
    const cv::Mat from(pixels.height, pixels.width, CV_8UC1, luma.data());
    cv::Mat to(pixels.height, pixels.width, CV_8UC1, moved.data());
    const int across = std::min(tiles, pixels.width);
    const int down = std::min(tiles, pixels.height);
    cv::createCLAHE(clip, {across, down})->apply(from, to);
  }));
  move_luma(pixels, luma, moved);
  return {};
}

}  // namespace ava::image
