#include "image/weather.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "base/random.hpp"
#include "image/filter.hpp"
#include "image/mat.hpp"

namespace ava::image {

namespace {

constexpr int kFogLight = 228;
constexpr int kRainLight = 225;
constexpr int kSubpixelBits = 4;  // OpenCV's lines and polygons take sixteenths of a pixel

/// `share` of 256 goes to `light`.
std::uint8_t mixed(int value, int light, int share) {
  return static_cast<std::uint8_t>((value * (256 - share) + light * share + 128) >> 8);
}

cv::Point fixed(double x, double y) {
  const auto whole = [](double v) { return static_cast<int>(std::lround(v * (1 << kSubpixelBits))); };
  return {whole(x), whole(y)};
}

/// Where a pixel lies between points of a lattice: the number of the point before it, and the way to the next, 0..256.
struct Place {
  std::size_t point;
  int way;
};

std::vector<Place> places_of(int count, int cell) {
  std::vector<Place> places(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double t = static_cast<double>(i % static_cast<std::size_t>(cell)) / cell;
    places[i] = {i / static_cast<std::size_t>(cell), static_cast<int>(std::lround(t * t * (3 - 2 * t) * 256))};
  }
  return places;
}

/// Add random values 0..255 at the points of a lattice, and what lies between them, `times` over.
void add_waves(std::vector<std::uint16_t>& sums, int width, int height, int cell, int times, std::uint64_t key) {
  const std::vector<Place> across = places_of(width, cell);
  const std::vector<Place> down = places_of(height, cell);
  const std::size_t points = across.back().point + 2;
  std::vector<int> row(points);
  std::uint16_t* at = sums.data();
  for (const Place& y : down) {
    for (std::size_t i = 0; i < points; ++i) {
      const int above = static_cast<int>(random_at(key, y.point * points + i) & 0xFF);
      const int below = static_cast<int>(random_at(key, (y.point + 1) * points + i) & 0xFF);
      row[i] = above * 256 + (below - above) * y.way;
    }
    for (const Place& x : across) {
      const int value = row[x.point] + (((row[x.point + 1] - row[x.point]) * x.way) >> 8);
      *at = static_cast<std::uint16_t>(*at + ((value * times) >> 8));
      ++at;
    }
  }
}

}  // namespace

std::vector<std::uint8_t> clouds(int width, int height, int cell, std::uint64_t seed) {
  constexpr std::array<int, 4> kTimes = {8, 4, 2, 2};  // of 16
  std::vector<std::uint16_t> sums(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (std::size_t octave = 0; octave < kTimes.size(); ++octave)
    add_waves(sums, width, height, std::max(cell >> octave, 1), kTimes[octave], random_at(seed, octave));
  std::vector<std::uint8_t> values(sums.size());
  std::transform(sums.begin(), sums.end(), values.begin(),
                 [](std::uint16_t s) { return static_cast<std::uint8_t>(s >> 4); });
  return values;
}

void add_fog(Pixels& pixels, double density, std::uint64_t seed) {
  const int cell = std::max(1, std::max(pixels.width, pixels.height) / 3);
  const std::vector<std::uint8_t> thickness = clouds(pixels.width, pixels.height, cell, seed);
  const int most = static_cast<int>(std::lround(density * 256));
  const auto channels = static_cast<std::size_t>(pixels.channels);
  for (std::size_t i = 0; i < thickness.size(); ++i) {
    // The middle of the clouds has the density asked for; they are between half and one and a half times as thick.
    const int share = std::min(most * (128 + thickness[i]) >> 8, 256);
    for (std::size_t c = 0; c < channels; ++c)
      pixels.data[i * channels + c] = mixed(pixels.data[i * channels + c], kFogLight, share);
  }
}

Result<void> add_rain(Pixels& pixels, double amount, double degrees, std::uint64_t seed) {
  if (amount <= 0) return {};
  const double longest = 0.09 * pixels.height + 3;
  const int drops = static_cast<int>(std::lround(amount * 900));
  const double slope = std::tan(degrees * std::numbers::pi / 180);
  cv::Mat streaks(pixels.height, pixels.width, CV_8UC1, cv::Scalar(0));
  const int near = std::max(1, std::min(pixels.width, pixels.height) / 350);
  AVA_CHECK(guarded([&] {
    for (int i = 0; i < drops; ++i) {
      const std::uint64_t key = random_at(seed, static_cast<std::uint64_t>(i));
      const double nearness = random_unit(key, 0);
      const double fall = longest * (0.3 + 0.7 * nearness);
      const double x = (random_unit(key, 1) * 1.4 - 0.2) * pixels.width;
      const double y = (random_unit(key, 2) * 1.2 - 0.1) * pixels.height;
      const double lean = slope + 0.04 * (random_unit(key, 3) - 0.5);
      cv::line(streaks, fixed(x, y), fixed(x - fall * lean, y + fall), cv::Scalar(60 + 130 * nearness * nearness),
               nearness > 0.7 ? near : (near + 1) / 2, cv::LINE_AA, kSubpixelBits);
    }
    cv::GaussianBlur(streaks, streaks, {3, 3}, 0.6);
  }));
  const int dull = static_cast<int>(std::lround(45 * std::min(amount, 1.0)));  // of 256, towards a dark grey
  const auto channels = static_cast<std::size_t>(pixels.channels);
  for (std::size_t i = 0; i < pixels.data.size(); ++i)
    pixels.data[i] = mixed(mixed(pixels.data[i], 70, dull), kRainLight, streaks.data[i / channels]);
  return {};
}

Result<void> add_shadow(Pixels& pixels, double darkness, std::uint64_t seed) {
  const double width = pixels.width;
  const double height = pixels.height;
  const auto channels = static_cast<std::size_t>(pixels.channels);
  const bool lying = random_unit(seed, 0) < 0.5;
  // Its two ends on opposite edges: where they begin, and how wide they are.
  std::array<double, 4> along{};
  for (std::size_t end = 0; end < 2; ++end) {
    along[2 * end] = random_unit(seed, 1 + 2 * end) * 0.75 - 0.1;
    along[2 * end + 1] = along[2 * end] + 0.2 + 0.3 * random_unit(seed, 2 + 2 * end);
  }
  const double far = 1.05;
  const std::array<std::array<double, 2>, 4> corners = {
      {{along[0], 1 - far}, {along[1], 1 - far}, {along[3], far}, {along[2], far}}};
  Pixels mask{pixels.width, pixels.height, 1, std::vector<std::uint8_t>(pixels.data.size() / channels)};
  AVA_CHECK(guarded([&] {
    std::array<cv::Point, 4> outline;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto [a, b] = corners[i];
      outline[i] = lying ? fixed(b * width, a * height) : fixed(a * width, b * height);
    }
    cv::Mat view = mat_of(mask);
    cv::fillConvexPoly(view, outline.data(), 4, cv::Scalar(255), cv::LINE_AA, kSubpixelBits);
  }));
  AVA_CHECK(blur_gaussian(mask, 0.008 * std::max(width, height)));  // the sun is no point
  const int most = static_cast<int>(std::lround(darkness * 256));
  for (std::size_t i = 0; i < pixels.data.size(); ++i)
    pixels.data[i] = mixed(pixels.data[i], 0, (most * mask.data[i / channels] + 127) / 255);
  return {};
}

}  // namespace ava::image
