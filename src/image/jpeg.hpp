// The JPEG half of codec.hpp, on libjpeg-turbo. Source: ITU T.81; EXIF 2.3 for the orientation.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "image/codec.hpp"

namespace ava::image::jpeg {

/// Errors of all: `picture.corrupt`, `picture.truncated`.
Result<Info> read_header(std::string_view bytes);
Result<Pixels> decode(std::string_view bytes, const DecodeOptions& options);
/// Errors: `picture.bad_quality`.
Result<void> check_quality(int quality);
/// Decode, make smaller and encode without leaving the file's own colour space: each component by itself, by area. None
/// for what must take the way over RGB pixels: growing pictures, RGB, CMYK and YCCK files, odd sampling.
/// Quality 1..100.
Result<std::optional<std::string>> shrink(std::string_view bytes, int width, int height, int quality);
/// Entropy-decode every block, skip the transform.
Result<void> verify(std::string_view bytes);
/// Markers up to the scan, and the end-of-image marker.
Result<void> check_structure(std::string_view bytes);
/// 1..8 from an EXIF block; 1 when there is none. Never fails: it is a hint.
int orientation_of(std::string_view bytes);

}  // namespace ava::image::jpeg
