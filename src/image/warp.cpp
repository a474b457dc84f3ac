#include "image/warp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include <opencv2/imgproc.hpp>

#include "image/resize.hpp"

namespace ava::image {

namespace {

using Matrix = std::array<double, 9>;

/// Positions that differ by less are the same pixel edge.
constexpr double kSame = 1e-6;

bool is_whole(double value) { return std::abs(value - std::round(value)) < kSame; }

int type_of(const Pixels& pixels) { return CV_8UC(pixels.channels); }

cv::Mat view_of(const Pixels& pixels) {
  return {pixels.height, pixels.width, type_of(pixels), const_cast<std::uint8_t*>(pixels.data.data())};
}

Pixels blank(int width, int height, int channels) {
  Pixels to{width, height, channels, {}};
  to.data.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * channels);
  return to;
}

int mode_of(Border border) {
  if (border.mode == Border::Mode::kEdge) return cv::BORDER_REPLICATE;
  return border.mode == Border::Mode::kMirror ? cv::BORDER_REFLECT : cv::BORDER_CONSTANT;
}

cv::Scalar value_of(Border border) { return cv::Scalar::all(border.value); }

bool is_affine(const Matrix& m) { return m[6] == 0 && m[7] == 0 && m[8] == 1; }

/// Each axis goes to one axis, forwards or backwards, at a scale of its own.
bool is_axis_aligned(const Matrix& m) {
  return is_affine(m) &&
         ((m[1] == 0 && m[3] == 0 && m[0] != 0 && m[4] != 0) || (m[0] == 0 && m[4] == 0 && m[1] != 0 && m[3] != 0));
}

/// The part [x0,x1) x [y0,y1) of a picture, which may reach beyond it.
struct Window {
  int x0, y0, x1, y1;
  bool inside(const cv::Mat& of) const { return x0 >= 0 && y0 >= 0 && x1 <= of.cols && y1 <= of.rows; }
  bool overlaps(const cv::Mat& of) const { return x0 < of.cols && y0 < of.rows && x1 > 0 && y1 > 0; }
};

cv::Mat cut(const cv::Mat& from, const Window& w, Border border) {
  if (w.inside(from)) return from(cv::Range(w.y0, w.y1), cv::Range(w.x0, w.x1));
  const cv::Mat seen = from(cv::Range(std::max(w.y0, 0), std::min(w.y1, from.rows)),
                            cv::Range(std::max(w.x0, 0), std::min(w.x1, from.cols)));
  cv::Mat grown;
  cv::copyMakeBorder(seen, grown, std::max(-w.y0, 0), std::max(w.y1 - from.rows, 0), std::max(-w.x0, 0),
                     std::max(w.x1 - from.cols, 0), mode_of(border) | cv::BORDER_ISOLATED, value_of(border));
  return grown;
}

/// Axis-aligned maps whose target window has whole edges in the source: cut, scale, turn. False: not of that kind.
bool warp_aligned(const cv::Mat& from, const Matrix& m, Border border, cv::Mat& to) {
  if (!is_axis_aligned(m)) return false;
  const bool turned = m[0] == 0;
  // Source position along an axis = (target - shift) / scale; the target's far edge may come first.
  const double sx = turned ? m[3] : m[0];
  const double sy = turned ? m[1] : m[4];
  const double shift_x = turned ? m[5] : m[2];
  const double shift_y = turned ? m[2] : m[5];
  const int out_x = turned ? to.rows : to.cols;
  const int out_y = turned ? to.cols : to.rows;
  const auto [ax, bx] = std::minmax({-shift_x / sx, (out_x - shift_x) / sx});
  const auto [ay, by] = std::minmax({-shift_y / sy, (out_y - shift_y) / sy});
  if (!is_whole(ax) || !is_whole(bx) || !is_whole(ay) || !is_whole(by)) return false;
  const auto whole = [](double v) { return static_cast<int>(std::lround(v)); };
  const Window window{whole(ax), whole(ay), whole(bx), whole(by)};
  if (window.x1 <= window.x0 || window.y1 <= window.y0) return false;
  const cv::Size size(out_x, out_y);
  const bool scales = window.x1 - window.x0 != size.width || window.y1 - window.y0 != size.height;
  if (!window.overlaps(from) || (scales && !window.inside(from))) return false;
  cv::Mat part = cut(from, window, border);
  if (scales) {
    const bool shrinks = part.cols >= size.width && part.rows >= size.height;
    cv::Mat scaled;
    cv::resize(part, scaled, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    part = scaled;
  }
  if (sx < 0 || sy < 0) {
    cv::Mat mirrored;
    cv::flip(part, mirrored, sx < 0 && sy < 0 ? -1 : sx < 0 ? 1 : 0);
    part = mirrored;
  }
  if (turned)
    cv::transpose(part, to);
  else
    part.copyTo(to);
  return true;
}

cv::Matx33d at_centres(const Matrix& m) {
  const cv::Matx33d before(1, 0, 0.5, 0, 1, 0.5, 0, 0, 1);
  const cv::Matx33d after(1, 0, -0.5, 0, 1, -0.5, 0, 0, 1);
  return after * cv::Matx33d(m.data()) * before;
}

void warp_freely(const cv::Mat& from, const Matrix& m, Border border, cv::Mat& to) {
  const cv::Matx33d at = at_centres(m);
  if (is_affine(m))
    cv::warpAffine(from, to, at.get_minor<2, 3>(0, 0), to.size(), cv::INTER_LINEAR, mode_of(border), value_of(border));
  else
    cv::warpPerspective(from, to, at, to.size(), cv::INTER_LINEAR, mode_of(border), value_of(border));
}

/// Interpolating four pixels loses those between: shrink by area first when the map makes things much smaller.
Result<Pixels> warp_shrinking(const Pixels& from, Matrix m, double scale, Pixels to, Border border) {
  const int width = std::max(1, static_cast<int>(std::lround(from.width * scale)));
  const int height = std::max(1, static_cast<int>(std::lround(from.height * scale)));
  AVA_TRY(const Pixels small, resize(from, width, height));
  const double back_x = static_cast<double>(from.width) / width;
  const double back_y = static_cast<double>(from.height) / height;
  for (const int row : {0, 3}) {
    m[row] *= back_x;
    m[row + 1] *= back_y;
  }
  cv::Mat target = view_of(to);
  warp_freely(view_of(small), m, border, target);
  return to;
}

Result<void> check_sizes(const Pixels& from, int width, int height) {
  if (width < 1 || height < 1 || from.width < 1 || from.height < 1 ||
      std::max({width, height, from.width, from.height}) > kMaxWarpEdge ||
      static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > kMaxPixels)
    return Error(ErrorCode::kInvalidArgument, "picture.too_large",
                 fmt::format("cannot move {}x{} pixels to {}x{}", from.width, from.height, width, height));
  return {};
}

}  // namespace

Result<Pixels> warp(const Pixels& from, const Matrix& matrix, int width, int height, Border border) {
  AVA_CHECK(check_sizes(from, width, height));
  const double determinant = matrix[0] * matrix[4] - matrix[1] * matrix[3];
  if (!std::isfinite(determinant) || (is_affine(matrix) && std::abs(determinant) < 1e-12))
    return Error(ErrorCode::kInvalidArgument, "warp.singular", "the transform flattens the picture");
  Pixels to = blank(width, height, from.channels);
  try {
    cv::Mat target = view_of(to);
    if (warp_aligned(view_of(from), matrix, border, target)) return to;
    const double scale = std::sqrt(std::abs(determinant));
    if (is_affine(matrix) && scale < 0.6) return warp_shrinking(from, matrix, scale, std::move(to), border);
    warp_freely(view_of(from), matrix, border, target);
  } catch (const std::exception& failed) {
    return Error(ErrorCode::kInternal, "warp.failed", failed.what());
  }
  return to;
}

Result<Pixels> remap(const Pixels& from, std::span<const float> x, std::span<const float> y, int width, int height,
                     Border border) {
  AVA_CHECK(check_sizes(from, width, height));
  const auto count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  if (x.size() != count || y.size() != count)
    return Error(ErrorCode::kInternal, "warp.failed", fmt::format("{} positions for {} pixels", x.size(), count));
  Pixels to = blank(width, height, from.channels);
  try {
    const cv::Mat all_x(height, width, CV_32FC1, const_cast<float*>(x.data()));
    const cv::Mat all_y(height, width, CV_32FC1, const_cast<float*>(y.data()));
    cv::Mat target = view_of(to);
    cv::remap(view_of(from), target, all_x - 0.5F, all_y - 0.5F, cv::INTER_LINEAR, mode_of(border), value_of(border));
  } catch (const std::exception& failed) {
    return Error(ErrorCode::kInternal, "warp.failed", failed.what());
  }
  return to;
}

}  // namespace ava::image
