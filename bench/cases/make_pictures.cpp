// Makes the pictures bench/run packs: `make_pictures jpeg|png COUNT FOLDER`. JPEGs of 500x375 and about 100 KB, PNGs of
// 32x32 and about 3 KB, in ten class folders. Same call, same bytes.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "image/codec.hpp"

namespace {

using namespace ava;

constexpr unsigned kDistinct = 128;  // the rest differ from these by a comment

/// A slope with noise: `noise` decides how many bytes the picture takes.
image::Pixels picture(std::uint64_t seed, int width, int height, int noise) {
  image::Pixels pixels{width, height, 3, {}};
  std::uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width * 3; ++x) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      pixels.data.push_back(static_cast<std::uint8_t>((x + y + static_cast<int>(state >> 40) % noise) & 255));
    }
  return pixels;
}

std::string make(bool jpeg, std::uint64_t seed) {
  auto bytes =
      jpeg ? image::encode_jpeg(picture(seed, 500, 375, 64), 88) : image::encode_png(picture(seed, 32, 32, 256));
  if (bytes.ok()) return *std::move(bytes);
  std::cerr << bytes.error().text() << '\n';
  std::exit(1);
}

}  // namespace

int main(int count_of_words, char** words) {
  if (count_of_words != 4) return std::cerr << "usage: make_pictures jpeg|png COUNT FOLDER\n", 2;
  const bool jpeg = std::string(words[1]) == "jpeg";
  const std::uint64_t count = std::strtoull(words[2], nullptr, 10);
  const std::filesystem::path folder = words[3];
  for (int c = 0; c < 10; ++c) std::filesystem::create_directories(folder / ("class" + std::to_string(c)));
  std::vector<std::string> distinct;
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!jpeg || i < kDistinct) distinct.push_back(make(jpeg, i));
    std::string bytes = distinct[jpeg ? i % kDistinct : i];
    if (jpeg) {
      std::string comment = std::to_string(i);
      bytes.insert(2, std::string("\xFF\xFE\0", 3) + static_cast<char>(comment.size() + 2) + comment);
    }
    std::string name = std::to_string(i);
    name.insert(0, 7 - std::min<std::size_t>(7, name.size()), '0');
    std::ofstream(folder / ("class" + std::to_string(i % 10)) / (name + (jpeg ? ".jpg" : ".png")), std::ios::binary)
        << bytes;
    total += bytes.size();
  }
  std::cout << total << '\n';
}
