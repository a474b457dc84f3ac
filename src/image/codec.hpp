// Pictures in memory: what a file is, its size, decoding and encoding. JPEG and PNG; other kinds are named and refused.
// Libraries' longjmp and exceptions stay inside codec files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ava::image {

enum class Kind : std::uint8_t { kUnknown, kJpeg, kPng, kGif, kWebp, kBmp };

/// Told by the first bytes, never by the name.
Kind sniff(std::string_view bytes);
/// "jpg", "png", ...; "bin" for kUnknown.
std::string_view extension_of(Kind kind);
std::string_view media_type_of(Kind kind);

/// Shape: rows top to bottom, `channels` (1 grey, 3 RGB) interleaved bytes, no padding: size = width*height*channels.
struct Pixels {
  int width = 0;
  int height = 0;
  int channels = 0;
  std::vector<std::uint8_t> data;
};

struct Info {
  Kind kind = Kind::kUnknown;
  int width = 0;  ///< as stored: EXIF orientation not applied
  int height = 0;
  int channels = 3;     ///< 1 for grey files, else 3
  int orientation = 1;  ///< EXIF 1..8
};

/// Above this many pixels a picture is refused (a small file can claim a huge canvas).
inline constexpr std::uint64_t kMaxPixels = 256u << 20;

/// Read the header only. Errors: `picture.empty`, `picture.unsupported`, `picture.corrupt`, `picture.truncated`,
/// `picture.too_large`.
Result<Info> probe(std::string_view bytes, std::uint64_t max_pixels = kMaxPixels);

struct DecodeOptions {
  int channels = 0;  ///< 1 or 3; 0: as the file
  int at_least_width =
      0;  ///< both > 0: the decoder may shrink (JPEG 1/2, 1/4, 1/8) while the result stays at least this
  int at_least_height = 0;
  bool apply_orientation = false;
  std::uint64_t max_pixels = kMaxPixels;
};

/// Decode completely; damage that a viewer would paper over (premature end, bad Huffman code) is an error.
/// 16-bit goes to 8, palettes to colours, alpha over white, CMYK to RGB. Errors: as probe().
Result<Pixels> decode(std::string_view bytes, const DecodeOptions& options = {});
/// Prove that a picture decodes to its end, at a fraction of decode()'s cost. Errors: as probe().
Result<Info> verify_decode(std::string_view bytes, std::uint64_t max_pixels = kMaxPixels);
/// Check markers, chunk CRCs and the end of the file without decoding. Finds empty, truncated and foreign files; not
/// damage inside compressed data. Errors: as probe().
Result<Info> verify_structure(std::string_view bytes, std::uint64_t max_pixels = kMaxPixels);

/// Turn and mirror stored pixels upright by EXIF orientation 1..8.
Pixels oriented(Pixels from, int orientation);

/// Units: quality 1..100. 4:2:0 for colour. Same pixels give the same bytes. Errors: `picture.bad_quality`,
/// `picture.encode`.
Result<std::string> encode_jpeg(const Pixels& pixels, int quality = 95);
/// Fast lossless writing for tests and tools. Errors: `picture.encode`.
Result<std::string> encode_png(const Pixels& pixels);

}  // namespace ava::image
