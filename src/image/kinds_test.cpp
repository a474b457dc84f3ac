// Every kind of JPEG and PNG that people have: the pixels are right, kept as they are and resized.
// The files are made here, with the libraries themselves, because AVA's own encoders write grey and RGB only.
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "base/testing.hpp"
#include "image/codec.hpp"
#include "image/resize.hpp"

#include <jpeglib.h>
#include <png.h>

namespace ava::image {
namespace {

constexpr int kSide = 16;  // one colour all over: JPEG and resizing keep it

using Colour = std::vector<int>;

struct PngSpec {
  int colour_type = PNG_COLOR_TYPE_RGB;
  int bits = 8;
  std::vector<std::uint8_t> pixel;  ///< bytes of one pixel; less than 8 bits: the byte of a row
  std::vector<png_color> palette = {};
  std::vector<std::uint8_t> palette_alpha = {};
  std::optional<png_color_16> transparent = {};
  double gamma = 0;
};

/// kSide x kSide of one pixel.
std::string png_like(const PngSpec& spec) {
  std::string out;
  png_structp codec = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(codec);
  png_set_write_fn(
      codec, &out,
      [](png_structp c, png_bytep bytes, std::size_t size) {
        static_cast<std::string*>(png_get_io_ptr(c))->append(reinterpret_cast<const char*>(bytes), size);
      },
      [](png_structp) {});
  png_set_IHDR(codec, info, kSide, kSide, spec.bits, spec.colour_type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  if (!spec.palette.empty()) png_set_PLTE(codec, info, spec.palette.data(), static_cast<int>(spec.palette.size()));
  if (!spec.palette_alpha.empty())
    png_set_tRNS(codec, info, spec.palette_alpha.data(), static_cast<int>(spec.palette_alpha.size()), nullptr);
  if (spec.transparent) png_set_tRNS(codec, info, nullptr, 0, &*spec.transparent);
  if (spec.gamma > 0) png_set_gAMA(codec, info, spec.gamma);
  png_write_info(codec, info);
  std::vector<std::uint8_t> row;
  const std::size_t row_bytes = png_get_rowbytes(codec, info);
  while (row.size() < row_bytes) row.insert(row.end(), spec.pixel.begin(), spec.pixel.end());
  for (int y = 0; y < kSide; ++y) png_write_row(codec, row.data());
  png_write_end(codec, info);
  png_destroy_write_struct(&codec, &info);
  return out;
}

std::string cmyk_jpeg(const std::array<std::uint8_t, 4>& stored, bool adobe, J_COLOR_SPACE coded = JCS_CMYK) {
  jpeg_compress_struct codec{};
  jpeg_error_mgr errors{};
  codec.err = jpeg_std_error(&errors);
  jpeg_create_compress(&codec);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&codec, &bytes, &size);
  codec.image_width = kSide;
  codec.image_height = kSide;
  codec.input_components = 4;
  codec.in_color_space = JCS_CMYK;
  jpeg_set_defaults(&codec);
  jpeg_set_colorspace(&codec, coded);
  jpeg_set_quality(&codec, 100, TRUE);
  codec.write_Adobe_marker = adobe ? TRUE : FALSE;
  jpeg_start_compress(&codec, TRUE);
  std::vector<std::uint8_t> row;
  for (int x = 0; x < kSide; ++x) row.insert(row.end(), stored.begin(), stored.end());
  JSAMPROW at = row.data();
  while (codec.next_scanline < codec.image_height) jpeg_write_scanlines(&codec, &at, 1);
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);
  return out;
}

void expect_colour(const Pixels& pixels, const Colour& colour, int tolerance) {
  ASSERT_EQ(pixels.channels, static_cast<int>(colour.size()));
  for (std::size_t i = 0; i < pixels.data.size(); ++i)
    ASSERT_NEAR(pixels.data[i], colour[i % colour.size()], tolerance) << "byte " << i;
}

/// As the file, as three channels, and stored by a format with and without resize.
void expect_everywhere(const std::string& file, const Colour& colour, int tolerance = 0) {
  EXPECT_OK(verify_decode(file));
  EXPECT_OK(verify_structure(file));
  ASSERT_OK_AND(const Info info, probe(file));
  EXPECT_EQ(info.channels, static_cast<int>(colour.size()));
  ASSERT_OK_AND(const Pixels own, decode(file));
  expect_colour(own, colour, tolerance);
  const Colour three = colour.size() == 3 ? colour : Colour(3, colour[0]);
  ASSERT_OK_AND(const Pixels planes, decode(file, {.channels = 3}));
  expect_colour(planes, three, tolerance);
  ASSERT_OK_AND(const Encoded kept, fit(file, *ResizeSpec::parse("")));
  EXPECT_EQ(kept.bytes, file) << "nothing to change: not one byte";
  for (const char* size : {"8", "12x9", "32"}) {
    ASSERT_OK_AND(const Encoded made, fit(file, *ResizeSpec::parse(size)));
    ASSERT_OK_AND(const Pixels resized, decode(made.bytes, {.channels = 3}));
    EXPECT_EQ(resized.width, ResizeSpec::parse(size)->target_of(kSide, kSide).first);
    expect_colour(resized, three, tolerance + 3);
  }
}

TEST(Kinds, SixteenBitPng) {
  expect_everywhere(png_like({PNG_COLOR_TYPE_RGB, 16, {0xC8, 0xC8, 0x64, 0x64, 0x32, 0x32}}), {200, 100, 50});
  expect_everywhere(png_like({PNG_COLOR_TYPE_GRAY, 16, {0x80, 0x80}}), {128});
}

TEST(Kinds, PalettePng) {
  const std::vector<png_color> palette = {{9, 9, 9}, {10, 200, 30}, {250, 0, 0}};
  expect_everywhere(png_like({PNG_COLOR_TYPE_PALETTE, 8, {1}, palette}), {10, 200, 30});
  expect_everywhere(png_like({PNG_COLOR_TYPE_PALETTE, 2, {0xAA}, palette}), {250, 0, 0});
  expect_everywhere(png_like({PNG_COLOR_TYPE_PALETTE, 1, {0xFF}, {{9, 9, 9}, {10, 200, 30}}}), {10, 200, 30});
}

TEST(Kinds, PalettePngWithTransparentColoursLiesOnWhite) {
  const std::vector<png_color> palette = {{0, 0, 0}, {100, 200, 0}};
  expect_everywhere(png_like({PNG_COLOR_TYPE_PALETTE, 8, {0}, palette, {0}}), {255, 255, 255});
  expect_everywhere(png_like({PNG_COLOR_TYPE_PALETTE, 8, {1}, palette, {0, 128}}), {177, 227, 127}, 1);
}

TEST(Kinds, GreyPngOfFewBits) {
  expect_everywhere(png_like({PNG_COLOR_TYPE_GRAY, 1, {0xFF}}), {255});
  expect_everywhere(png_like({PNG_COLOR_TYPE_GRAY, 2, {0x55}}), {85});
  expect_everywhere(png_like({PNG_COLOR_TYPE_GRAY, 4, {0x77}}), {119});
}

TEST(Kinds, AlphaLiesOnWhite) {
  expect_everywhere(png_like({PNG_COLOR_TYPE_RGB_ALPHA, 8, {200, 100, 50, 255}}), {200, 100, 50});
  expect_everywhere(png_like({PNG_COLOR_TYPE_RGB_ALPHA, 8, {0, 0, 0, 0}}), {255, 255, 255});
  expect_everywhere(png_like({PNG_COLOR_TYPE_RGB_ALPHA, 8, {0, 100, 200, 128}}), {127, 177, 227}, 1);
  expect_everywhere(png_like({PNG_COLOR_TYPE_GRAY_ALPHA, 8, {40, 255}}), {40});
  expect_everywhere(png_like({PNG_COLOR_TYPE_GRAY_ALPHA, 8, {0, 0}}), {255});
  expect_everywhere(png_like({PNG_COLOR_TYPE_GRAY_ALPHA, 8, {0, 128}}), {127}, 1);
}

TEST(Kinds, SixteenBitAlphaLiesOnWhiteToo) {
  expect_everywhere(png_like({PNG_COLOR_TYPE_RGB_ALPHA, 16, {0, 0, 0, 0, 0, 0, 0, 0}}), {255, 255, 255});
  expect_everywhere(png_like({PNG_COLOR_TYPE_RGB_ALPHA, 16, {0, 0, 0x64, 0, 0xC8, 0, 0x80, 0}}), {127, 177, 227}, 1);
  expect_everywhere(png_like({PNG_COLOR_TYPE_GRAY_ALPHA, 16, {0, 0, 0x80, 0}}), {127}, 1);
}

TEST(Kinds, OneTransparentColourLiesOnWhite) {
  png_color_16 colour{};
  colour.red = 1, colour.green = 2, colour.blue = 3, colour.gray = 7;
  expect_everywhere(png_like({PNG_COLOR_TYPE_RGB, 8, {1, 2, 3}, {}, {}, colour}), {255, 255, 255});
  expect_everywhere(png_like({PNG_COLOR_TYPE_RGB, 8, {1, 2, 4}, {}, {}, colour}), {1, 2, 4});
  expect_everywhere(png_like({PNG_COLOR_TYPE_GRAY, 8, {7}, {}, {}, colour}), {255});
  expect_everywhere(png_like({PNG_COLOR_TYPE_GRAY, 4, {0x77}, {}, {}, colour}), {255});
  colour.gray = 0x0700;
  expect_everywhere(png_like({PNG_COLOR_TYPE_GRAY, 16, {7, 0}, {}, {}, colour}), {255});
}

TEST(Kinds, AGammaNoteChangesNoPixel) {
  PngSpec spec{PNG_COLOR_TYPE_RGB_ALPHA, 8, {200, 100, 50, 255}};
  spec.gamma = 1.0;
  expect_everywhere(png_like(spec), {200, 100, 50});
}

TEST(Kinds, CmykJpeg) {
  // Adobe's programs store the inks inverted: 255 is no ink.
  expect_everywhere(cmyk_jpeg({255, 128, 0, 255}, true), {255, 128, 0}, 2);
  expect_everywhere(cmyk_jpeg({200, 200, 200, 128}, true), {100, 100, 100}, 2);
  expect_everywhere(cmyk_jpeg({0, 127, 255, 0}, false), {255, 128, 0}, 2);
}

TEST(Kinds, YcckJpeg) { expect_everywhere(cmyk_jpeg({255, 128, 0, 255}, true, JCS_YCCK), {255, 128, 0}, 4); }

TEST(Kinds, CmykAsGrey) {
  ASSERT_OK_AND(const Pixels grey, decode(cmyk_jpeg({255, 128, 0, 255}, true), {.channels = 1}));
  expect_colour(grey, {(299 * 255 + 587 * 128) / 1000}, 2);
}

}  // namespace
}  // namespace ava::image
