#include "image/perceptual_hash.hpp"

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "base/testing.hpp"
#include "image/resize.hpp"

namespace ava::image {
namespace {

/// Soft blobs: a picture as pictures are, not noise.
Pixels picture(std::uint64_t seed, int width = 160, int height = 120) {
  Pixels made{.width = width, .height = height, .channels = 3};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) {
        double value = 80 + 40.0 * x / width + 30.0 * y / height;  // a flat ground is all noise
        for (std::uint64_t blob = 0; blob < 6; ++blob) {
          const double cx = random_unit(seed, blob * 4) * width;
          const double cy = random_unit(seed, blob * 4 + 1) * height;
          const double d = std::hypot(x - cx, y - cy) / (0.12 * width);
          value += (random_unit(seed, blob * 4 + 2) - 0.5) * 250 * std::exp(-d * d);
        }
        made.data.push_back(static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0)));
      }
  return made;
}

TEST(PerceptualHash, CopiesStayNear) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Pixels original = picture(seed);
    const std::uint64_t hash = perceptual_hash(original);
    ASSERT_OK_AND(const Pixels half, resize(original, 80, 60));
    EXPECT_LE(distance(hash, perceptual_hash(half)), 4);
    ASSERT_OK_AND(const std::string jpeg, encode_jpeg(original, 75));
    ASSERT_OK_AND(const std::uint64_t of_jpeg, perceptual_hash(jpeg));
    EXPECT_LE(distance(hash, of_jpeg), 4);
    Pixels brighter = original;
    for (auto& value : brighter.data) value = static_cast<std::uint8_t>(std::min(255, value + 10));
    EXPECT_LE(distance(hash, perceptual_hash(brighter)), 4);
  }
}

TEST(PerceptualHash, StrangersAreFar) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed)
    EXPECT_GE(distance(perceptual_hash(picture(seed)), perceptual_hash(picture(seed + 100))), 8);
}

TEST(PerceptualHash, TinyAndFlatPicturesHaveOneToo) {
  EXPECT_EQ(perceptual_hash(Pixels{.width = 1, .height = 1, .channels = 1, .data = {7}}), 0u);
  EXPECT_EQ(perceptual_hash(Pixels{.width = 2, .height = 1, .channels = 1, .data = {0, 255}}),
            perceptual_hash(Pixels{.width = 4, .height = 1, .channels = 1, .data = {0, 0, 255, 255}}));
  EXPECT_ERROR(perceptual_hash(std::string_view("no picture")), "picture.unsupported");
}

}  // namespace
}  // namespace ava::image
