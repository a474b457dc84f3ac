#include "image/resize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include <jpeglib.h>
#include <png.h>

#include <opencv2/imgproc.hpp>

#include "image/jpeg.hpp"

namespace ava::image {

namespace {

constexpr int kMaxEdge = 32768;

/// Digits with blanks around them, 1..kMaxEdge; else 0.
int edge_in(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > kMaxEdge) return 0;
  return std::max(value, 0);
}

}  // namespace

Result<ResizeSpec> ResizeSpec::parse(std::string_view text) {
  ResizeSpec spec;
  if (text.empty() || text == "none" || text == "None") return spec;
  const auto x = text.find_first_of("xX");
  spec.mode = x == std::string_view::npos ? Mode::kShorterEdge : Mode::kExact;
  spec.width = edge_in(text.substr(0, x));
  spec.height = x == std::string_view::npos ? spec.width : edge_in(text.substr(x + 1));
  if (spec.width > 0 && spec.height > 0) return spec;
  return Error(ErrorCode::kInvalidArgument, "resize.bad", fmt::format("'{}' is no size", text))
      .hint("write 256 (shorter edge), 123x456 (width x height), or nothing");
}

std::string ResizeSpec::str() const {
  if (mode == Mode::kNone) return "";
  return mode == Mode::kShorterEdge ? fmt::format("{}", width) : fmt::format("{}x{}", width, height);
}

std::pair<int, int> ResizeSpec::target_of(int from_width, int from_height) const {
  if (mode == Mode::kNone) return {from_width, from_height};
  if (mode == Mode::kExact) return {width, height};
  const auto scaled = [&](int edge, int shorter) {
    return static_cast<int>((static_cast<std::int64_t>(edge) * width * 2 + shorter) /
                            (2 * static_cast<std::int64_t>(shorter)));
  };
  if (from_width <= from_height) return {width, std::max(1, scaled(from_height, from_width))};
  return {std::max(1, scaled(from_width, from_height)), width};
}

Result<Pixels> resize(const Pixels& from, int width, int height) {
  if (width < 1 || height < 1 || from.width < 1 || from.height < 1)
    return Error(ErrorCode::kInvalidArgument, "resize.bad", fmt::format("cannot make {}x{}", width, height));
  if (static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > kMaxPixels)
    return Error(ErrorCode::kInvalidArgument, "picture.too_large",
                 fmt::format("{}x{} is too many pixels", width, height));
  if (width == from.width && height == from.height) return from;
  Pixels to{width, height, from.channels, {}};
  to.data.resize(static_cast<std::size_t>(width) * height * from.channels);
  const int type = from.channels == 1 ? CV_8UC1 : CV_8UC3;
  const bool shrinking = width <= from.width && height <= from.height;
  try {
    const cv::Mat source(from.height, from.width, type, const_cast<std::uint8_t*>(from.data.data()));
    cv::Mat target(height, width, type, to.data.data());
    cv::resize(source, target, target.size(), 0, 0, shrinking ? cv::INTER_AREA : cv::INTER_LINEAR);
  } catch (const std::exception& failed) {
    return Error(ErrorCode::kInternal, "resize.bad", failed.what());
  }
  return to;
}

std::string transform_version() {
  return fmt::format("fit 2, libjpeg-turbo {}, libpng {}, OpenCV {}", LIBJPEG_TURBO_VERSION_NUMBER,
                     png_access_version_number(), cv::getVersionString());
}

Result<Encoded> fit(std::string bytes, const ResizeSpec& spec, int quality) {
  AVA_TRY(const Info info, probe(bytes));
  Encoded result;
  result.kind = info.kind;
  std::tie(result.width, result.height) = spec.target_of(info.width, info.height);
  if (result.width == info.width && result.height == info.height) {
    result.bytes = std::move(bytes);
    return result;
  }
  if (info.kind == Kind::kJpeg) {
    AVA_TRY(auto made, jpeg::shrink(bytes, result.width, result.height, quality));
    if (made) {
      result.bytes = *std::move(made);
      result.changed = true;
      return result;
    }
  }
  DecodeOptions options;
  options.at_least_width = result.width;
  options.at_least_height = result.height;
  AVA_TRY(const Pixels pixels, decode(bytes, options));
  AVA_TRY(const Pixels resized, resize(pixels, result.width, result.height));
  AVA_TRY(result.bytes, encode_jpeg(resized, quality));
  result.changed = true;
  result.kind = Kind::kJpeg;
  return result;
}

}  // namespace ava::image
