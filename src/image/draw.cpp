#include "image/draw.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

namespace ava::image {

namespace {

constexpr double kFar = 1e6;  // keeps what is drawn far outside within the numbers of the library

cv::Mat canvas_of(Pixels& pixels) { return {pixels.height, pixels.width, CV_8UC3, pixels.data.data()}; }
cv::Scalar scalar_of(Colour colour) { return {double(colour[0]), double(colour[1]), double(colour[2])}; }

/// The pixel a continuous coordinate lies in.
cv::Point place_of(double x, double y) {
  const auto whole = [](double v) {
    return std::isfinite(v) ? static_cast<int>(std::floor(std::clamp(v, -kFar, kFar))) : 0;
  };
  return {whole(x), whole(y)};
}

}  // namespace

Colour colour_of(std::uint64_t number) {
  static constexpr std::array<Colour, 12> kColours = {{{230, 25, 75},
                                                       {0, 130, 200},
                                                       {60, 180, 75},
                                                       {245, 130, 48},
                                                       {145, 30, 180},
                                                       {70, 200, 220},
                                                       {240, 50, 230},
                                                       {255, 225, 25},
                                                       {0, 128, 128},
                                                       {170, 110, 40},
                                                       {128, 0, 0},
                                                       {0, 0, 160}}};
  return kColours[number % kColours.size()];
}

int pen_width_of(const Pixels& pixels) { return std::clamp(std::min(pixels.width, pixels.height) / 300, 1, 12); }

void draw_box(Pixels& pixels, double x0, double y0, double x1, double y1, Colour colour) {
  cv::Mat canvas = canvas_of(pixels);
  const cv::Point from = place_of(x0, y0);
  const cv::Point to = place_of(std::ceil(x1) - 1, std::ceil(y1) - 1);  // edges lie between pixels
  cv::rectangle(canvas, from, {std::max(from.x, to.x), std::max(from.y, to.y)}, scalar_of(colour),
                pen_width_of(pixels));
}

void draw_outline(Pixels& pixels, std::span<const std::pair<double, double>> points, Colour colour) {
  cv::Mat canvas = canvas_of(pixels);
  std::vector<cv::Point> places;
  for (const auto& [x, y] : points) places.push_back(place_of(x, y));
  cv::polylines(canvas, places, true, scalar_of(colour), pen_width_of(pixels), cv::LINE_AA);
}

void draw_point(Pixels& pixels, double x, double y, Colour colour) {
  cv::Mat canvas = canvas_of(pixels);
  cv::circle(canvas, place_of(x, y), 2 * pen_width_of(pixels), scalar_of(colour), cv::FILLED, cv::LINE_AA);
}

void draw_text(Pixels& pixels, std::string_view ascii, double x, double y, Colour ground) {
  cv::Mat canvas = canvas_of(pixels);
  std::string text(ascii);
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  const double scale = 0.4 * std::max(1.0, pen_width_of(pixels) * 0.8);
  const int pen = std::max(1, pen_width_of(pixels) / 2);
  int below = 0;
  const cv::Size size = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, scale, pen, &below);
  const int height = size.height + below + 2;
  cv::Point at = place_of(x, y);
  at.x = std::clamp(at.x, 0, std::max(0, pixels.width - size.width - 2));
  at.y = std::clamp(at.y, std::min(height, pixels.height), pixels.height);
  cv::rectangle(canvas, {at.x, at.y - height}, {at.x + size.width + 2, at.y - 1}, scalar_of(ground), cv::FILLED);
  const int light = 299 * ground[0] + 587 * ground[1] + 114 * ground[2];
  const Colour ink = light > 150000 ? Colour{0, 0, 0} : Colour{255, 255, 255};
  cv::putText(canvas, text, {at.x + 1, at.y - below}, cv::FONT_HERSHEY_SIMPLEX, scale, scalar_of(ink), pen,
              cv::LINE_AA);
}

}  // namespace ava::image
