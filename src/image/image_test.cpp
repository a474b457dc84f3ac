// Decoding, verifying, resizing and encoding pictures; broken ones are named, never shown.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/digest.hpp"
#include "base/testing.hpp"
#include "image/codec.hpp"
#include "image/crc32.hpp"
#include "image/resize.hpp"

namespace ava::image {
namespace {

/// A colour ramp with some detail.
Pixels ramp(int width, int height, int channels) {
  Pixels p{width, height, channels, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c) p.data.push_back(static_cast<std::uint8_t>((x * 3 + y * 5 + c * 40) & 0xFF));
  return p;
}

std::string jpeg_of(int width = 64, int height = 48, int channels = 3) {
  return *encode_jpeg(ramp(width, height, channels), 90);
}
std::string png_of(int width = 64, int height = 48, int channels = 3) {
  return *encode_png(ramp(width, height, channels));
}

TEST(Crc32, IsThatOfPngAtEveryLength) {
  EXPECT_EQ(crc32_of("123456789"), 0xCBF43926u);
  EXPECT_EQ(crc32_of(""), 0u);
  std::string bytes;
  for (int i = 0; i < 500; ++i) bytes += static_cast<char>(i * 37 + i / 5);
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    std::uint32_t bit_by_bit = ~0u;
    for (std::size_t i = 0; i < size; ++i) {
      bit_by_bit ^= static_cast<unsigned char>(bytes[i]);
      for (int bit = 0; bit < 8; ++bit) bit_by_bit = bit_by_bit >> 1 ^ (bit_by_bit & 1 ? 0xEDB88320u : 0);
    }
    EXPECT_EQ(crc32_of(std::string_view(bytes).substr(0, size)), ~bit_by_bit) << size;
  }
}

TEST(Codec, NamesWhatIsWrongInThePngHeaderEvenWhenItsCrcIsRight) {
  const auto with = [](std::size_t at, int value) {
    std::string bytes = png_of();
    bytes[at] = static_cast<char>(value);
    const std::uint32_t crc = crc32_of(std::string_view(bytes).substr(12, 17));
    for (int i = 0; i < 4; ++i) bytes[static_cast<std::size_t>(29 + i)] = static_cast<char>(crc >> (24 - 8 * i));
    return bytes;
  };
  EXPECT_OK(verify_structure(with(28, 1)));
  EXPECT_ERROR(verify_structure(with(16, 1)), "picture.corrupt");  // wider than anybody's
  EXPECT_ERROR(verify_structure(with(24, 3)), "picture.corrupt");  // 3 bits
  EXPECT_ERROR(verify_structure(with(25, 5)), "picture.corrupt");  // colour type 5
  EXPECT_ERROR(verify_structure(with(25, 3)), "picture.corrupt");  // a palette that is not there
  EXPECT_ERROR(verify_structure(with(26, 1)), "picture.corrupt");  // packed otherwise
  std::string flipped = png_of();
  flipped[17] = 1;
  EXPECT_ERROR(probe(flipped), "picture.corrupt");
}

TEST(Codec, PngRoundTripsExactly) {
  for (const int channels : {1, 3}) {
    ASSERT_OK_AND(const Pixels back, decode(png_of(64, 48, channels)));
    EXPECT_EQ(back.data, ramp(64, 48, channels).data);
    EXPECT_EQ(back.channels, channels);
  }
}

TEST(Codec, JpegKeepsSizeAndColoursAndIsRepeatable) {
  ASSERT_OK_AND(const Pixels back, decode(jpeg_of()));
  EXPECT_EQ(back.width, 64);
  EXPECT_EQ(back.height, 48);
  EXPECT_EQ(back.channels, 3);
  EXPECT_EQ(jpeg_of(), jpeg_of());
  ASSERT_OK_AND(const Pixels grey, decode(jpeg_of(), {.channels = 1}));
  EXPECT_EQ(grey.channels, 1);
  ASSERT_OK_AND(const Pixels colour, decode(jpeg_of(8, 8, 1), {.channels = 3}));
  EXPECT_EQ(colour.channels, 3);
}

TEST(Codec, ProbeTellsTheSizeWithoutDecoding) {
  ASSERT_OK_AND(const Info info, probe(jpeg_of(33, 17)));
  EXPECT_EQ(info.kind, Kind::kJpeg);
  EXPECT_EQ(info.width, 33);
  EXPECT_EQ(info.height, 17);
  EXPECT_ERROR(probe(png_of(100, 100), 5000), "picture.too_large");
}

TEST(Codec, NamesWhatItCannotRead) {
  EXPECT_ERROR(probe(""), "picture.empty");
  EXPECT_ERROR(probe("GIF89a......"), "picture.unsupported");
  EXPECT_ERROR(probe("<html>not found</html>"), "picture.unsupported");
  EXPECT_ERROR(probe("\xFF\xD8"), "picture.truncated");
  EXPECT_ERROR(probe(std::string("\xFF\xD8\xFF\xE0garbage", 11)), "picture.truncated");
}

TEST(Codec, EveryTruncationIsFound) {
  for (const std::string& whole : {jpeg_of(), png_of()}) {
    EXPECT_OK(verify_decode(whole));
    EXPECT_OK(verify_structure(whole));
    for (const double part : {0.1, 0.5, 0.9, 0.99}) {
      const std::string cut = whole.substr(0, static_cast<std::size_t>(static_cast<double>(whole.size()) * part));
      EXPECT_FALSE(verify_decode(cut).ok()) << part;
      EXPECT_FALSE(verify_structure(cut).ok()) << part;
      EXPECT_FALSE(decode(cut).ok()) << part;
    }
  }
  EXPECT_ERROR(verify_decode(jpeg_of().substr(0, 900)), "picture.truncated");
}

TEST(Codec, DamagedBytesNeverCrash) {
  std::uint64_t state = 7;
  const auto random = [&] {
    return static_cast<std::size_t>((state = state * 6364136223846793005ull + 1442695040888963407ull) >> 33);
  };
  for (const std::string& whole : {jpeg_of(), png_of()})
    for (int i = 0; i < 300; ++i) {
      std::string bad = whole;
      for (int k = 0; k < 4; ++k) bad[random() % bad.size()] = static_cast<char>(random());
      const auto decoded = decode(bad, {.max_pixels = 1u << 20});
      const auto verified = verify_decode(bad, 1u << 20);
      EXPECT_TRUE(decoded.ok() || !decoded.error().slug().empty());
      EXPECT_TRUE(verified.ok() || !verified.error().slug().empty());
    }
}

TEST(Codec, DecoderShrinksOnlyWhenAsked) {
  ASSERT_OK_AND(const Pixels small, decode(jpeg_of(640, 480), {.at_least_width = 100, .at_least_height = 75}));
  EXPECT_EQ(small.width, 160);
  EXPECT_EQ(small.height, 120);
}

TEST(Codec, OrientationTurnsUpright) {
  const Pixels two{2, 1, 1, {10, 20}};
  EXPECT_THAT(oriented(two, 2).data, ::testing::ElementsAre(20, 10));
  const Pixels turned = oriented(two, 6);
  EXPECT_EQ(turned.width, 1);
  EXPECT_THAT(turned.data, ::testing::ElementsAre(10, 20));
  EXPECT_THAT(oriented(two, 8).data, ::testing::ElementsAre(20, 10));
}

TEST(Codec, ExifOrientationIsRead) {
  std::string exif(
      "\xFF\xE1\x00\x22"
      "Exif\0\0"
      "MM\0\x2A\0\0\0\x08"
      "\0\x01"
      "\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
      "\0\0\0\0",
      36);
  std::string file = jpeg_of();
  file.insert(2, exif);
  ASSERT_OK_AND(const Info info, probe(file));
  EXPECT_EQ(info.orientation, 6);
  ASSERT_OK_AND(const Pixels upright, decode(file, {.apply_orientation = true}));
  EXPECT_EQ(upright.width, 48);
}

TEST(Codec, RefusesBadQuality) {
  EXPECT_ERROR(encode_jpeg(ramp(4, 4, 3), 0), "picture.bad_quality");
  EXPECT_ERROR(encode_jpeg(Pixels{}, 90), "picture.encode");
}

TEST(ResizeSpec, ReadsTheGrammar) {
  const auto size = [](const char* text) { return *ResizeSpec::parse(text); };
  EXPECT_EQ(size("256").mode, ResizeSpec::Mode::kShorterEdge);
  for (const char* text : {"100x200", "100X200", "100x 200"}) EXPECT_EQ(size(text).str(), "100x200");
  EXPECT_EQ(size("none").mode, ResizeSpec::Mode::kNone);
  for (const char* text : {"100*200", "100.1x200", "nonen", "222.1", "0", "-1", "x", "1x", "99999999"})
    EXPECT_ERROR(ResizeSpec::parse(text), "resize.bad");
  EXPECT_EQ(size("256").target_of(512, 1024), (std::pair{256, 512}));
  EXPECT_EQ(size("256").target_of(333, 500), (std::pair{256, 384}));
  EXPECT_EQ(size("32x24").target_of(7, 9), (std::pair{32, 24}));
}

TEST(Fit, CopiesBytesWhenNothingChanges) {
  const std::string original = png_of();
  ASSERT_OK_AND(const Encoded same, fit(original, *ResizeSpec::parse("")));
  EXPECT_FALSE(same.changed);
  EXPECT_EQ(same.bytes, original);
  ASSERT_OK_AND(const Encoded made, fit(original, *ResizeSpec::parse("24")));
  EXPECT_TRUE(made.changed);
  ASSERT_OK_AND(const Info info, probe(made.bytes));
  EXPECT_EQ(info.width, 32);
  EXPECT_EQ(info.height, 24);
  EXPECT_EQ(info.kind, Kind::kJpeg);
}

TEST(Fit, GivesForItsVersionAlwaysTheSameBytes) {
  // Caches hold what fit() made by transform_version(): when this digest changes, raise the number there.
  ASSERT_OK_AND(const std::string photo, encode_jpeg(ramp(640, 426, 3), 90));
  std::string made;
  for (const char* size : {"256", "100x300", "700"}) {
    ASSERT_OK_AND(const Encoded fitted, fit(photo, *ResizeSpec::parse(size), 95));
    made += fitted.bytes;
  }
  EXPECT_EQ(transform_version().substr(0, 6), "fit 2,");
  EXPECT_EQ(to_hex(sha256(made)).substr(0, 16), "8ba2bb1191c905db");
}

TEST(Codec, RealPhotographsDecode) {
  const char* shared = std::getenv("AVA_SHARED");
  const std::filesystem::path root =
      std::filesystem::path(shared != nullptr ? shared : "../shared") / "data/sign-digits/0";
  if (!std::filesystem::is_directory(root)) GTEST_SKIP() << "no photographs at " << root << "; set AVA_SHARED";
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    SCOPED_TRACE(entry.path());
    EXPECT_OK(verify_decode(bytes));
    EXPECT_OK(fit(bytes, *ResizeSpec::parse("32")));
    if (++count == 20) break;
  }
  EXPECT_EQ(count, 20);
}

}  // namespace
}  // namespace ava::image
