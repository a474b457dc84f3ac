#include "image/filter.hpp"

#include <algorithm>
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

constexpr int kOne = 1 << 16;  // weights of a motion blur add up to this

struct Tap {
  int dx, dy;
  std::uint32_t weight;
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
  std::uint32_t total = 0;
  for (const auto& [place, share] : spread) {
    const auto weight = static_cast<std::uint32_t>(std::lround(share / steps * kOne));
    if (weight == 0) continue;
    taps.push_back({place.second, place.first, weight});
    total += weight;
  }
  // What rounding lost goes to the heaviest, so that a plain picture stays what it is.
  const auto heavier = [](const Tap& a, const Tap& b) { return a.weight < b.weight; };
  std::max_element(taps.begin(), taps.end(), heavier)->weight += kOne - total;
  return taps;
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
    cv::copyMakeBorder(mat_of(pixels), grown, reach, reach, reach, reach, cv::BORDER_REFLECT);
    const std::size_t bytes = static_cast<std::size_t>(pixels.width) * pixels.channels;
    std::vector<std::uint32_t> sums(bytes);
    for (int y = 0; y < pixels.height; ++y) {
      std::fill(sums.begin(), sums.end(), kOne / 2);
      for (const Tap& tap : taps) {
        const std::uint8_t* from = grown.ptr(y + reach + tap.dy) + (reach + tap.dx) * pixels.channels;
        for (std::size_t i = 0; i < bytes; ++i) sums[i] += tap.weight * from[i];
      }
      std::uint8_t* to = pixels.data.data() + static_cast<std::size_t>(y) * bytes;
      for (std::size_t i = 0; i < bytes; ++i) to[i] = static_cast<std::uint8_t>(sums[i] >> 16);
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
