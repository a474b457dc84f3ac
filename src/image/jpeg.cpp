#include "image/jpeg.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "image/jpeg_session.hpp"

namespace ava::image::jpeg {

namespace {

using namespace std::string_view_literals;

bool choose_output(Decoder& d, const DecodeOptions& options, bool cheapest) {
  if (setjmp(d.errors.back) != 0) return false;
  const bool four = d.codec.num_components == 4;
  const bool grey = options.channels == 1 || (options.channels == 0 && d.codec.num_components == 1);
  d.codec.out_color_space = four ? JCS_CMYK : grey ? JCS_GRAYSCALE : JCS_RGB;
  // libjpeg has no way from RGB-coded files to grey.
  if (grey && !four && d.codec.jpeg_color_space == JCS_RGB) d.codec.out_color_space = JCS_RGB;
  d.codec.dct_method = JDCT_ISLOW;
  if (cheapest) {
    d.codec.scale_num = 1;
    d.codec.scale_denom = 8;
    d.codec.do_fancy_upsampling = FALSE;
  } else {
    choose_scale(d.codec, options.at_least_width, options.at_least_height);
  }
  jpeg_calc_output_dimensions(&d.codec);
  return true;
}

bool read_rows(Decoder& d, unsigned char* rows, std::size_t stride, bool keep) {
  if (setjmp(d.errors.back) != 0) return false;
  jpeg_start_decompress(&d.codec);
  while (d.codec.output_scanline < d.codec.output_height) {
    JSAMPROW row = rows + (keep ? d.codec.output_scanline * stride : 0);
    jpeg_read_scanlines(&d.codec, &row, 1);
    if (d.errors.first_warning != 0) return false;
  }
  jpeg_finish_decompress(&d.codec);
  return d.errors.first_warning == 0;
}

std::uint8_t scaled(int ink, int black) { return static_cast<std::uint8_t>((ink * black + 127) / 255); }

/// CMYK as Adobe stores it (inverted) or plain; to RGB, or to grey by luma.
Pixels from_cmyk(const Pixels& from, bool inverted, int channels) {
  Pixels to{from.width, from.height, channels == 1 ? 1 : 3, {}};
  const std::size_t count = static_cast<std::size_t>(from.width) * from.height;
  to.data.resize(count * to.channels);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* p = &from.data[i * 4];
    const auto value = [&](int c) { return inverted ? int{p[c]} : 255 - int{p[c]}; };
    const int black = value(3);
    const int r = scaled(value(0), black);
    const int g = scaled(value(1), black);
    const int b = scaled(value(2), black);
    if (to.channels == 1) {
      to.data[i] = static_cast<std::uint8_t>((299 * r + 587 * g + 114 * b + 500) / 1000);
    } else {
      to.data[i * 3] = static_cast<std::uint8_t>(r);
      to.data[i * 3 + 1] = static_cast<std::uint8_t>(g);
      to.data[i * 3 + 2] = static_cast<std::uint8_t>(b);
    }
  }
  return to;
}

Pixels to_grey(const Pixels& from) {
  Pixels to{from.width, from.height, 1, {}};
  to.data.resize(from.data.size() / 3);
  for (std::size_t i = 0; i < to.data.size(); ++i)
    to.data[i] = static_cast<std::uint8_t>(
        (299 * from.data[i * 3] + 587 * from.data[i * 3 + 1] + 114 * from.data[i * 3 + 2] + 500) / 1000);
  return to;
}

bool write_rows(Encoder& e, const Pixels& pixels, int quality) {
  if (setjmp(e.errors.back) != 0) return false;
  jpeg_mem_dest(&e.codec, &e.out, &e.size);
  e.codec.image_width = static_cast<JDIMENSION>(pixels.width);
  e.codec.image_height = static_cast<JDIMENSION>(pixels.height);
  e.codec.input_components = pixels.channels;
  e.codec.in_color_space = pixels.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&e.codec);
  e.codec.dct_method = JDCT_ISLOW;
  jpeg_set_quality(&e.codec, quality, TRUE);
  jpeg_start_compress(&e.codec, TRUE);
  const std::size_t stride = static_cast<std::size_t>(pixels.width) * pixels.channels;
  while (e.codec.next_scanline < e.codec.image_height) {
    JSAMPROW row = const_cast<unsigned char*>(pixels.data.data() + e.codec.next_scanline * stride);
    jpeg_write_scanlines(&e.codec, &row, 1);
  }
  jpeg_finish_compress(&e.codec);
  return true;
}

}  // namespace

Result<Info> read_header(std::string_view bytes) {
  Decoder d;
  if (!start(d, bytes)) return failure(d);
  Info info;
  info.kind = Kind::kJpeg;
  info.width = static_cast<int>(d.codec.image_width);
  info.height = static_cast<int>(d.codec.image_height);
  info.channels = d.codec.num_components == 1 ? 1 : 3;
  info.orientation = orientation_of(bytes);
  return info;
}

Result<Pixels> decode(std::string_view bytes, const DecodeOptions& options) {
  Decoder d;
  if (!start(d, bytes) || !choose_output(d, options, false)) return failure(d);
  Pixels pixels;
  pixels.width = static_cast<int>(d.codec.output_width);
  pixels.height = static_cast<int>(d.codec.output_height);
  pixels.channels = d.codec.out_color_components;
  const std::size_t stride = static_cast<std::size_t>(pixels.width) * pixels.channels;
  pixels.data.resize(stride * pixels.height);
  if (!read_rows(d, pixels.data.data(), stride, true)) return failure(d);
  if (pixels.channels == 4) return from_cmyk(pixels, d.codec.saw_Adobe_marker != 0, options.channels);
  if (pixels.channels == 3 && options.channels == 1) return to_grey(pixels);
  return pixels;
}

Result<void> verify(std::string_view bytes) {
  Decoder d;
  DecodeOptions options;
  if (!start(d, bytes)) return failure(d);
  options.channels = d.codec.num_components == 4 ? 0 : 1;
  if (!choose_output(d, options, true)) return failure(d);
  std::vector<unsigned char> row(static_cast<std::size_t>(d.codec.output_width) * 4);
  if (!read_rows(d, row.data(), 0, false)) return failure(d);
  return {};
}

Result<void> check_structure(std::string_view bytes) {
  // Zero bytes after the end marker are padding of some cameras; anything else after it is not ours to judge.
  const auto end = bytes.rfind("\xFF\xD9"sv);
  const auto scan = bytes.find("\xFF\xDA"sv);
  if (end == std::string_view::npos || scan == std::string_view::npos || end < scan)
    return Error(ErrorCode::kCorrupt, "picture.truncated", "JPEG: no end-of-image marker");
  return {};
}

int orientation_of(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u; };
  for (std::size_t at = 2; at + 4 < bytes.size() && byte(at) == 0xFF;) {
    const unsigned marker = byte(at + 1);
    const std::size_t length = (byte(at + 2) << 8) | byte(at + 3);
    if (marker == 0xDA || length < 2) return 1;
    const std::string_view exif = bytes.substr(std::min(bytes.size(), at + 4), length - 2);
    at += 2 + length;
    if (marker != 0xE1 || !exif.starts_with("Exif\0\0"sv) || exif.size() < 16) continue;
    const std::string_view tiff = exif.substr(6);
    const bool little = tiff[0] == 'I';
    const auto number = [&](std::size_t i, int size) {
      unsigned value = 0;
      for (int k = 0; k < size; ++k) {
        const std::size_t from = i + static_cast<std::size_t>(little ? size - 1 - k : k);
        value = (value << 8) | (from < tiff.size() ? static_cast<unsigned char>(tiff[from]) : 0u);
      }
      return value;
    };
    const std::size_t folder = number(4, 4);
    const unsigned entries = folder < tiff.size() ? number(folder, 2) : 0;
    for (unsigned e = 0; e < entries && folder + 2 + (e + 1) * 12 <= tiff.size(); ++e) {
      const std::size_t entry = folder + 2 + e * 12;
      if (number(entry, 2) != 0x0112) continue;
      const unsigned value = number(entry + 8, 2);
      return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
  }
  return 1;
}

Result<void> check_quality(int quality) {
  if (quality >= 1 && quality <= 100) return {};
  return Error(ErrorCode::kInvalidArgument, "picture.bad_quality", fmt::format("quality {} is not 1 to 100", quality));
}

}  // namespace ava::image::jpeg

namespace ava::image {

Result<std::string> encode_jpeg(const Pixels& pixels, int quality) {
  AVA_CHECK(jpeg::check_quality(quality));
  const std::size_t need =
      static_cast<std::size_t>(std::max(pixels.width, 0)) * std::max(pixels.height, 0) * pixels.channels;
  if (need == 0 || need != pixels.data.size() || (pixels.channels != 1 && pixels.channels != 3))
    return Error(ErrorCode::kInvalidArgument, "picture.encode", "these are no pixels of a picture");
  jpeg::Encoder e(need);
  if (!jpeg::write_rows(e, pixels, quality))
    return Error(ErrorCode::kInvalidArgument, "picture.encode", fmt::format("JPEG: {}", e.errors.text));
  return std::string(reinterpret_cast<const char*>(e.out), e.size);
}

}  // namespace ava::image
