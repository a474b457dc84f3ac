#include "image/filter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <numbers>
#include <utility>
#include <vector>

#include "image/mat.hpp"
#include "image/resize.hpp"

namespace ava::image {

namespace {

/// Below this a Gaussian of 8-bit values changes nothing.
constexpr double kNoSigma = 0.05;

/// From here on three boxes take the place of the bell curve: as good to the eye, and no slower the wider it is.
constexpr double kWide = 5;

constexpr int kOne = 1 << 16;  // weights of a motion blur add up to this

struct Tap {
  int dx, dy;
  float weight;  ///< a whole number
};

/// A line of that length through the centre, spread over whole pixels.
std::vector<Tap> line_of(double length, double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  const double across = std::cos(angle);
  const double down = std::sin(angle);
  const int steps = 2 * static_cast<int>(std::ceil(length));
  std::map<std::pair<int, int>, double> spread;
  for (int i = 0; i < steps; ++i) {
    const double t = length * ((i + 0.5) / steps - 0.5);
    const double x = t * across;
    const double y = t * down;
    const int x0 = static_cast<int>(std::floor(x));
    const int y0 = static_cast<int>(std::floor(y));
    const double fx = x - x0;
    const double fy = y - y0;
    spread[{y0, x0}] += (1 - fx) * (1 - fy);
    spread[{y0, x0 + 1}] += fx * (1 - fy);
    spread[{y0 + 1, x0}] += (1 - fx) * fy;
    spread[{y0 + 1, x0 + 1}] += fx * fy;
  }
  std::vector<Tap> taps;
  int total = 0;
  for (const auto& [place, share] : spread) {
    const int weight = static_cast<int>(std::lround(share / steps * kOne));
    if (weight == 0) continue;
    taps.push_back({place.second, place.first, static_cast<float>(weight)});
    total += weight;
  }
  // What rounding lost goes to the heaviest, so that a plain picture stays what it is.
  const auto heavier = [](const Tap& a, const Tap& b) { return a.weight < b.weight; };
  std::max_element(taps.begin(), taps.end(), heavier)->weight += static_cast<float>(kOne - total);
  return taps;
}

/// Bytes that are summed up together: a number the compiler knows, so that it takes vector instructions.
constexpr int kBlock = 64;

/// `count` bytes that are each the mean over the taps; place(tap) tells where a tap's bytes begin.
template <typename Place>
void mean_of_block(const std::vector<Tap>& taps, const Place& place, std::uint8_t* to, std::size_t count) {
  // Whole numbers up to kOne * 255 < 2^24 are exact as floats, and products of floats are what all machines are quick
  // at.
  std::array<float, kBlock> sums;
  sums.fill(0.5F * kOne);
  for (const Tap& tap : taps) {
    const std::uint8_t* from = place(tap);
    for (std::size_t i = 0; i < kBlock; ++i) sums[i] += tap.weight * static_cast<float>(from[i]);
  }
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<std::uint8_t>(static_cast<int>(sums[i]) >> 16);
}

/// Three means whose variances add up to that of the bell curve. Source: Kutskir, Fastest Gaussian blur; SVG
/// feGaussianBlur.
void blur_wide(cv::Mat& view, double sigma) {
  constexpr int kPasses = 3;
  const double variance = 12 * sigma * sigma;
  int narrow = static_cast<int>(std::sqrt(variance / kPasses + 1));
  narrow -= narrow % 2 == 0 ? 1 : 0;
  const double missing = variance - kPasses * (narrow * narrow + 4.0 * narrow + 3);
  const int narrow_passes = static_cast<int>(std::lround(missing / (-4.0 * narrow - 4)));
  for (int i = 0; i < kPasses; ++i) {
    const int width = i < narrow_passes ? narrow : narrow + 2;
    cv::blur(view, view, {width, width}, {-1, -1}, cv::BORDER_REFLECT_101 | cv::BORDER_ISOLATED);
  }
}

}  // namespace

Area inside(const Area& area, int width, int height) {
  const int x0 = std::clamp(area.x, 0, width);
  const int y0 = std::clamp(area.y, 0, height);
  const int x1 = static_cast<int>(std::clamp<std::int64_t>(std::int64_t{area.x} + area.width, x0, width));
  const int y1 = static_cast<int>(std::clamp<std::int64_t>(std::int64_t{area.y} + area.height, y0, height));
  if (x1 <= x0 || y1 <= y0) return {x0, y0, 0, 0};
  return {x0, y0, x1 - x0, y1 - y0};
}

Result<void> blur_gaussian(Pixels& pixels, double sigma) {
  return blur_gaussian(pixels, {0, 0, pixels.width, pixels.height}, sigma);
}

Result<void> blur_gaussian(Pixels& pixels, const Area& area, double sigma) {
  const Area part = inside(area, pixels.width, pixels.height);
  if (sigma < kNoSigma || part.width == 0) return {};
  return guarded([&] {
    cv::Mat view = mat_of(pixels)(cv::Rect(part.x, part.y, part.width, part.height));
    if (sigma >= kWide) return blur_wide(view, sigma);
    cv::GaussianBlur(view, view, {0, 0}, sigma, sigma, cv::BORDER_REFLECT_101 | cv::BORDER_ISOLATED);
  });
}

Result<void> blur_box(Pixels& pixels, int radius) {
  if (radius < 1) return {};
  return guarded([&] {
    cv::Mat view = mat_of(pixels);
    cv::blur(view, view, {2 * radius + 1, 2 * radius + 1});
  });
}

Result<void> blur_median(Pixels& pixels, int radius) {
  if (radius < 1) return {};
  return guarded([&] {
    cv::Mat view = mat_of(pixels);
    cv::medianBlur(view, view, 2 * radius + 1);
  });
}

Result<void> blur_motion(Pixels& pixels, double length, double degrees) {
  if (length <= 1) return {};
  return guarded([&] {
    // OpenCV's filter2D goes over Fourier transforms for kernels as large as these; a line has few taps.
    const std::vector<Tap> taps = line_of(length, degrees);
    int reach = 0;
    for (const Tap& tap : taps) reach = std::max({reach, std::abs(tap.dx), std::abs(tap.dy)});
    cv::Mat grown;
    cv::copyMakeBorder(mat_of(pixels), grown, reach, reach, reach, reach + kBlock, cv::BORDER_REFLECT);
    const std::size_t bytes = static_cast<std::size_t>(pixels.width) * pixels.channels;
    for (int y = 0; y < pixels.height; ++y)
      for (std::size_t x = 0; x < bytes; x += kBlock) {
        const auto place = [&](const Tap& tap) {
          return grown.ptr(y + reach + tap.dy) + (reach + tap.dx) * pixels.channels + x;
        };
        std::uint8_t* to = pixels.data.data() + static_cast<std::size_t>(y) * bytes + x;
        mean_of_block(taps, place, to, std::min<std::size_t>(kBlock, bytes - x));
      }
  });
}

Result<void> sharpen(Pixels& pixels, double amount, double sigma) {
  if (amount <= 0) return {};
  Pixels soft = pixels;
  AVA_CHECK(blur_gaussian(soft, sigma));
  const int times = static_cast<int>(std::lround(amount * 256));
  for (std::size_t i = 0; i < pixels.data.size(); ++i) {
    const int sharp = pixels.data[i];
    pixels.data[i] =
        static_cast<std::uint8_t>(std::clamp(sharp + (((sharp - soft.data[i]) * times + 128) >> 8), 0, 255));
  }
  return {};
}

Result<void> lose_detail(Pixels& pixels, double scale, bool smooth) {
  const auto smaller = [scale](int edge) { return std::max(1, static_cast<int>(std::lround(edge * scale))); };
  const int width = smaller(pixels.width);
  const int height = smaller(pixels.height);
  if (width >= pixels.width && height >= pixels.height) return {};
  AVA_TRY(Pixels small, resize(pixels, width, height));
  return guarded([&] {
    cv::Mat view = mat_of(pixels);
    cv::resize(mat_of(small), view, view.size(), 0, 0, smooth ? cv::INTER_LINEAR : cv::INTER_NEAREST);
  });
}

}  // namespace ava::image
