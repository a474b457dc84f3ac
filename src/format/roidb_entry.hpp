// An entry of a roidb: the boxes of a picture on whole pixels, with all the training code expects to find prepared.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "format/pickle.hpp"
#include "sample/sample.hpp"

namespace ava::format::roidb {

/// Units: pixels of the stored picture, from 0, the last ones inside.
using PixelBox = std::array<std::uint16_t, 4>;

struct Entry {
  std::vector<PixelBox> boxes;
  std::vector<std::uint32_t> classes;  ///< from 1
  bool flipped = false;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::string image;
};

/// The pixels a box touches, clipped to the picture: one at `width` would wrap to 65535 when it is mirrored.
PixelBox pixels_of(const sample::Box& box, std::uint32_t width, std::uint32_t height);
/// What a mirrored picture's entry says.
void mirror(Entry& entry);
/// `columns`: the number of classes with the background.
void put_entry(std::string& out, const Entry& entry, std::uint32_t columns);
/// Reads an entry; all that follows from its boxes and classes must stand there byte for byte.
/// Errors: kCorrupt `pickle.unexpected`, `roidb.corrupt`.
Result<Entry> take_entry(pickle::Scanner& in);

}  // namespace ava::format::roidb
