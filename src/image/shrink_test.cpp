// JPEGs that are made smaller without leaving their colour space: the way over RGB pixels is the measure.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/testing.hpp"
#include "image/area.hpp"
#include "image/codec.hpp"
#include "image/jpeg.hpp"
#include "image/resize.hpp"

#include <jpeglib.h>

namespace ava::image {
namespace {

/// Soft waves of three colours, as photographs have them.
Pixels waves(int width, int height, int channels = 3) {
  Pixels p{width, height, channels, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        p.data.push_back(static_cast<std::uint8_t>(128 + 60 * std::sin(x * 0.031 * (c + 1)) + 60 * std::cos(y * 0.04)));
  return p;
}

struct JpegSpec {
  int h = 2;  ///< sampling of the first component; the others have 1
  int v = 2;
  J_COLOR_SPACE coded = JCS_YCbCr;
  bool progressive = false;
  int restart_rows = 0;
};

std::string jpeg_like(const Pixels& pixels, const JpegSpec& spec) {
  jpeg_compress_struct codec{};
  jpeg_error_mgr errors{};
  codec.err = jpeg_std_error(&errors);
  jpeg_create_compress(&codec);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&codec, &bytes, &size);
  codec.image_width = static_cast<JDIMENSION>(pixels.width);
  codec.image_height = static_cast<JDIMENSION>(pixels.height);
  codec.input_components = pixels.channels;
  codec.in_color_space = pixels.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&codec);
  jpeg_set_colorspace(&codec, pixels.channels == 1 ? JCS_GRAYSCALE : spec.coded);
  jpeg_set_quality(&codec, 97, TRUE);
  codec.comp_info[0].h_samp_factor = spec.h;
  codec.comp_info[0].v_samp_factor = spec.v;
  codec.restart_in_rows = spec.restart_rows;
  if (spec.progressive) jpeg_simple_progression(&codec);
  jpeg_start_compress(&codec, TRUE);
  while (codec.next_scanline < codec.image_height) {
    auto* row = const_cast<JSAMPLE*>(pixels.data.data()) +
                static_cast<std::size_t>(codec.next_scanline) * pixels.width * pixels.channels;
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);
  return out;
}

/// What fit() does with pictures that are no JPEGs.
std::string over_pixels(const std::string& file, int width, int height) {
  const Pixels pixels = *decode(file, {.at_least_width = width, .at_least_height = height});
  return *encode_jpeg(*resize(pixels, width, height), 95);
}

double psnr(const Pixels& a, const Pixels& b) {
  if (a.width != b.width || a.height != b.height || a.channels != b.channels) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i) sum += std::pow(int{a.data[i]} - int{b.data[i]}, 2);
  return sum == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.data.size()) / sum);
}

/// A file of that size that is as near to the picture as what comes over pixels, but for `slack` decibels, or nearer;
/// and both are the same picture to `least` decibels.
void expect_as_over_pixels(const std::string& file, int width, int height, double slack, double least) {
  SCOPED_TRACE(::testing::Message() << width << "x" << height);
  ASSERT_OK_AND(const auto made, jpeg::shrink(file, width, height, 95));
  ASSERT_TRUE(made.has_value());
  EXPECT_OK(verify_decode(*made));
  ASSERT_OK_AND(const Pixels pixels, decode(*made));
  ASSERT_OK_AND(const Pixels others, decode(over_pixels(file, width, height)));
  ASSERT_OK_AND(const Pixels whole, decode(file));
  ASSERT_OK_AND(const Pixels ideal, resize(whole, width, height));
  EXPECT_EQ(std::pair(pixels.width, pixels.height), std::pair(width, height));
  EXPECT_EQ(pixels.channels, others.channels);
  EXPECT_GE(psnr(pixels, ideal), psnr(others, ideal) - slack);
  EXPECT_GE(psnr(pixels, others), least);
}

TEST(Area, ASampleIsTheMeanOfWhatItCovers) {
  std::vector<std::uint8_t> from(64 * 48);
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<std::uint8_t>(i * i * 7 + i / 5);
  for (const auto& [width, height, to_width, to_height] :
       {std::array{61, 47, 23, 31}, {61, 47, 61, 47}, {60, 48, 15, 12}, {33, 5, 1, 1}, {64, 48, 63, 2}, {9, 9, 5, 8}}) {
    SCOPED_TRACE(::testing::Message() << width << "x" << height << " to " << to_width << "x" << to_height);
    std::vector<std::uint8_t> to(64 * 48);
    shrink_area({width, to_width, width, to_width}, {height, to_height, height, to_height}, from.data(), 64, to.data(),
                64);
    const double sx = static_cast<double>(width) / to_width;
    const double sy = static_cast<double>(height) / to_height;
    const auto share = [](int i, int j, double s) {
      return std::max(0.0, std::min(i + 1.0, (j + 1) * s) - std::max<double>(i, j * s)) / s;
    };
    for (int y = 0; y < to_height; ++y)
      for (int x = 0; x < to_width; ++x) {
        double mean = 0;
        for (int v = 0; v < height; ++v)
          for (int u = 0; u < width; ++u)
            mean += share(u, x, sx) * share(v, y, sy) * from[static_cast<std::size_t>(v) * 64 + u];
        ASSERT_NEAR(to[static_cast<std::size_t>(y) * 64 + x], mean, 0.52) << x << "," << y;
      }
  }
}

TEST(Shrink, GivesThePictureThatTheWayOverPixelsGives) {
  const Pixels pixels = waves(333, 251);
  const JpegSpec kinds[] = {{},
                            {.h = 1, .v = 1},
                            {.h = 2, .v = 1},
                            {.h = 1, .v = 2},
                            {.progressive = true},
                            {.h = 1, .v = 1, .progressive = true},
                            {.restart_rows = 1}};
  for (const JpegSpec& kind : kinds) {
    SCOPED_TRACE(::testing::Message() << "4:" << kind.h << ":" << kind.v << (kind.progressive ? " progressive" : ""));
    const std::string file = jpeg_like(pixels, kind);
    // By nothing in one direction; odd and even; past 1/2, 1/4 and 1/8; to next to nothing.
    for (const auto& [width, height] : {std::pair{333, 250},
                                        {255, 193},
                                        {256, 192},
                                        {166, 125},
                                        {160, 120},
                                        {83, 62},
                                        {41, 31},
                                        {17, 9},
                                        {2, 1},
                                        {1, 2},
                                        {1, 1}})
      expect_as_over_pixels(file, width, height, 0.6, 32);
  }
}

TEST(Shrink, GreyStaysGrey) {
  const std::string file = jpeg_like(waves(333, 251, 1), {.h = 1, .v = 1});
  for (const auto& [width, height] : {std::pair{256, 193}, {255, 100}, {41, 31}})
    expect_as_over_pixels(file, width, height, 0.6, 32);
}

TEST(Shrink, EveryOddAndEvenSizeIsRight) {
  for (int width = 16; width <= 35; ++width) {
    const std::string file = jpeg_like(waves(width, 51 - width), {});
    for (int to = 13; to <= 16; ++to) expect_as_over_pixels(file, to, 13, 3, 40);
  }
}

TEST(Shrink, LeavesWhatDoesNotSuitToTheWayOverPixels) {
  const auto made = [](const std::string& file, int width, int height) {
    return *jpeg::shrink(file, width, height, 95);
  };
  EXPECT_FALSE(made(jpeg_like(waves(64, 48), {.h = 1, .v = 1, .coded = JCS_RGB}), 32, 24));
  EXPECT_FALSE(made(jpeg_like(waves(64, 48, 1), {.h = 2, .v = 2}), 32, 24));
  EXPECT_FALSE(made(jpeg_like(waves(64, 48), {}), 65, 24)) << "wider";
  EXPECT_FALSE(made(jpeg_like(waves(64, 48), {}), 32, 49)) << "higher";
  EXPECT_FALSE(made(jpeg_like(waves(64, 48), {.h = 4, .v = 1}), 48, 36)) << "colour would grow";
  EXPECT_TRUE(made(jpeg_like(waves(64, 48), {.h = 4, .v = 1}), 32, 40));
  for (const JpegSpec& kind : {JpegSpec{.h = 1, .v = 1, .coded = JCS_RGB}, {.h = 4, .v = 1}, {}}) {
    const std::string file = jpeg_like(waves(64, 48), kind);
    ASSERT_OK_AND(const Encoded fitted, fit(file, *ResizeSpec::parse("48x60")));
    EXPECT_EQ(fitted.bytes, over_pixels(file, 48, 60));
  }
}

TEST(Shrink, RefusesDamageAsDecodingDoes) {
  const std::string whole = jpeg_like(waves(160, 120), {.restart_rows = 2});
  for (std::size_t size = 3; size + 1 < whole.size(); size += 1 + whole.size() / 97) {
    const std::string cut = whole.substr(0, size);
    const auto made = fit(cut, *ResizeSpec::parse("100"));
    const auto pixels = decode(cut);
    ASSERT_FALSE(made.ok()) << size;
    EXPECT_EQ(made.error().slug(), pixels.error().slug()) << size;
  }
  std::uint64_t state = 11;
  const auto random = [&] {
    return static_cast<std::size_t>((state = state * 6364136223846793005ull + 1442695040888963407ull) >> 33);
  };
  for (int i = 0; i < 500; ++i) {
    std::string bad = jpeg_like(waves(70, 50), {.h = 1 + i % 2, .v = 1 + i / 2 % 2, .progressive = i % 3 == 0});
    for (int k = 0; k < 3; ++k) bad[random() % bad.size()] = static_cast<char>(random());
    const auto info = probe(bad, 1u << 20);
    if (!info.ok()) continue;
    const auto [width, height] = ResizeSpec::parse("24")->target_of(info->width, info->height);
    const auto made = fit(bad, *ResizeSpec::parse("24"));
    const auto pixels = decode(bad, {.at_least_width = width, .at_least_height = height});
    EXPECT_EQ(made.ok(), pixels.ok()) << i;
  }
  EXPECT_ERROR(jpeg::shrink(whole, 100, 75, 0), "picture.bad_quality");
}

TEST(Shrink, GivesTheSameBytesInEveryThread) {
  const std::string file = jpeg_like(waves(500, 375), {});
  std::vector<std::string> made(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& mine : made) threads.emplace_back([&] { mine = fit(file, *ResizeSpec::parse("256"))->bytes; });
  }
  for (const std::string& one : made) EXPECT_EQ(one, made[0]);
}

TEST(Shrink, PhotographsLookTheSame) {
  const char* shared = std::getenv("AVA_SHARED");
  const std::filesystem::path root = std::filesystem::path(shared != nullptr ? shared : "../shared") / "data";
  int count = 0;
  for (const auto& [folder, edge] : {std::pair{"bccd/JPEGImages", 256}, {"sign-digits/0", 64}}) {
    if (!std::filesystem::is_directory(root / folder))
      GTEST_SKIP() << "no photographs at " << root << "; set AVA_SHARED";
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(root / folder)) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    paths.resize(std::min<std::size_t>(paths.size(), 12));
    for (const auto& path : paths) {
      SCOPED_TRACE(path);
      std::ifstream stream(path, std::ios::binary);
      const std::string file{std::istreambuf_iterator<char>(stream), {}};
      ASSERT_OK_AND(const Info info, probe(file));
      const ResizeSpec spec{ResizeSpec::Mode::kShorterEdge, edge, edge};
      const auto [width, height] = spec.target_of(info.width, info.height);
      expect_as_over_pixels(file, width, height, 0, 45);
      count += 1;
    }
  }
  EXPECT_EQ(count, 24);
}

}  // namespace
}  // namespace ava::image
