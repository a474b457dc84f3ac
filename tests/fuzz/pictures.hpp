// What holds for every picture, damaged or not.
#pragma once

#include "fuzz.hpp"
#include "image/codec.hpp"

namespace ava::fuzz {

/// A canvas of so many pixels can be decoded in a moment.
inline constexpr std::uint64_t kMostPixels = 1u << 16;

inline void check_picture(std::string_view bytes) {
  const auto info = image::probe(bytes, kMostPixels);
  if (!info.ok()) require_plain(info.error());
  const auto structure = image::verify_structure(bytes, kMostPixels);
  if (!structure.ok()) require_plain(structure.error());
  require(!structure.ok() || info.ok(), "a sound structure has a header");
  const auto verified = image::verify_decode(bytes, kMostPixels);
  if (!verified.ok()) require_plain(verified.error());
  const auto pixels = image::decode(bytes, {.max_pixels = kMostPixels});
  if (!pixels.ok()) {
    require(!verified.ok(), "what was proven to decode decodes", pixels.error().text());
    return require_plain(pixels.error());
  }
  require(info.ok() && info->width == pixels->width && info->height == pixels->height, "the size the header says");
  require(pixels->data.size() == std::size_t(pixels->width) * pixels->height * pixels->channels, "whole rows");
  require(info->orientation >= 1 && info->orientation <= 8, "an orientation there is");
  const image::Pixels upright = image::oriented(*pixels, info->orientation);
  require(upright.data.size() == pixels->data.size(), "all pixels, turned");
}

}  // namespace ava::fuzz
