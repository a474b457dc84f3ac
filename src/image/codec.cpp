#include "image/codec.hpp"

#include <fmt/format.h>

#include "image/jpeg.hpp"
#include "image/png.hpp"

namespace ava::image {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kPngMagic = "\x89PNG\r\n\x1a\n"sv;

Error unsupported(std::string_view bytes) {
  const Kind kind = sniff(bytes);
  const std::string what =
      kind == Kind::kUnknown ? "not a picture AVA knows" : fmt::format("a {} file", extension_of(kind));
  return Error(ErrorCode::kCorrupt, "picture.unsupported", what).hint("convert it to JPEG or PNG");
}

Result<void> check_size(const Info& info, std::uint64_t max_pixels) {
  if (info.width <= 0 || info.height <= 0)
    return Error(ErrorCode::kCorrupt, "picture.corrupt", "the picture has no width or height");
  if (static_cast<std::uint64_t>(info.width) * static_cast<std::uint64_t>(info.height) > max_pixels)
    return Error(ErrorCode::kCorrupt, "picture.too_large",
                 fmt::format("{}x{} is more than {} pixels", info.width, info.height, max_pixels));
  return {};
}

}  // namespace

Kind sniff(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return Kind::kJpeg;
  if (bytes.starts_with(kPngMagic)) return Kind::kPng;
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return Kind::kGif;
  if (bytes.starts_with("RIFF"sv) && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP"sv) return Kind::kWebp;
  if (bytes.starts_with("BM"sv) && bytes.size() >= 26) return Kind::kBmp;
  return Kind::kUnknown;
}

std::string_view extension_of(Kind kind) {
  switch (kind) {
    case Kind::kJpeg:
      return "jpg";
    case Kind::kPng:
      return "png";
    case Kind::kGif:
      return "gif";
    case Kind::kWebp:
      return "webp";
    case Kind::kBmp:
      return "bmp";
    case Kind::kUnknown:
      break;
  }
  return "bin";
}

std::string_view media_type_of(Kind kind) {
  switch (kind) {
    case Kind::kJpeg:
      return "image/jpeg";
    case Kind::kPng:
      return "image/png";
    case Kind::kGif:
      return "image/gif";
    case Kind::kWebp:
      return "image/webp";
    case Kind::kBmp:
      return "image/bmp";
    case Kind::kUnknown:
      break;
  }
  return "application/octet-stream";
}

Result<Info> probe(std::string_view bytes, std::uint64_t max_pixels) {
  if (bytes.empty()) return Error(ErrorCode::kCorrupt, "picture.empty", "the file has 0 bytes");
  Info info;
  switch (sniff(bytes)) {
    case Kind::kJpeg: {
      AVA_TRY(info, jpeg::read_header(bytes));
      break;
    }
    case Kind::kPng: {
      AVA_TRY(info, png::read_header(bytes));
      break;
    }
    default: {
      // A file cut inside its first bytes is a broken picture rather than a foreign one.
      const bool cut = std::string_view("\xFF\xD8\xFF").starts_with(bytes) || kPngMagic.starts_with(bytes);
      if (cut) return Error(ErrorCode::kCorrupt, "picture.truncated", "the file ends in its first bytes");
      return unsupported(bytes);
    }
  }
  AVA_CHECK(check_size(info, max_pixels));
  return info;
}

Result<Pixels> decode(std::string_view bytes, const DecodeOptions& options) {
  AVA_TRY(const Info info, probe(bytes, options.max_pixels));
  AVA_TRY(Pixels pixels, info.kind == Kind::kJpeg ? jpeg::decode(bytes, options) : png::decode(bytes, options));
  return options.apply_orientation ? oriented(std::move(pixels), info.orientation) : std::move(pixels);
}

Result<Info> verify_decode(std::string_view bytes, std::uint64_t max_pixels) {
  AVA_TRY(const Info info, probe(bytes, max_pixels));
  if (info.kind == Kind::kJpeg) {
    AVA_CHECK(jpeg::verify(bytes));
  } else {
    AVA_TRY(const Pixels all, png::decode(bytes, {}));
    (void)all;
  }
  return info;
}

Result<Info> verify_structure(std::string_view bytes, std::uint64_t max_pixels) {
  AVA_TRY(const Info info, probe(bytes, max_pixels));
  AVA_CHECK(info.kind == Kind::kJpeg ? jpeg::check_structure(bytes) : png::check_structure(bytes));
  return info;
}

Pixels oriented(Pixels from, int orientation) {
  if (orientation <= 1 || orientation > 8) return from;
  const bool turned = orientation >= 5;
  Pixels to;
  to.width = turned ? from.height : from.width;
  to.height = turned ? from.width : from.height;
  to.channels = from.channels;
  to.data.resize(from.data.size());
  for (int y = 0; y < to.height; ++y)
    for (int x = 0; x < to.width; ++x) {
      int sx = turned ? y : x;
      int sy = turned ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) sx = from.width - 1 - sx;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) sy = from.height - 1 - sy;
      const auto at = (static_cast<std::size_t>(sy) * from.width + sx) * from.channels;
      const auto put = (static_cast<std::size_t>(y) * to.width + x) * from.channels;
      for (int c = 0; c < from.channels; ++c) to.data[put + c] = from.data[at + c];
    }
  return to;
}

}  // namespace ava::image
