// Resizing: the grammar of the `resize` field, the size it gives, and the pixels.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "image/codec.hpp"

namespace ava::image {

/// "" or "none": unchanged; "256": shorter edge to 256, aspect kept; "123x456": exactly W x H.
/// Source: formats.md 4.2, contracts.md 8.3.
struct ResizeSpec {
  enum class Mode : std::uint8_t { kNone, kShorterEdge, kExact };
  Mode mode = Mode::kNone;
  int width = 0;  ///< kShorterEdge: the edge, in both
  int height = 0;

  /// Errors: `resize.bad`.
  static Result<ResizeSpec> parse(std::string_view text);
  std::string str() const;
  /// Width and height a picture of that size gets; long edges round half up, never below 1.
  std::pair<int, int> target_of(int from_width, int from_height) const;
};

/// Area averaging when shrinking, bilinear when growing. Errors: `resize.bad`, `picture.too_large`.
Result<Pixels> resize(const Pixels& from, int width, int height);

struct Encoded {
  std::string bytes;
  int width = 0;
  int height = 0;
  bool changed = false;  ///< false: `bytes` are the original file
  Kind kind = Kind::kUnknown;
};

/// What fit() makes of the same bytes is the same for the same text: it names this code and the libraries below it.
/// Raise the number in it whenever a result changes; a test holds them together.
std::string transform_version();

/// A picture file as a format stores it: original bytes when the size is already right, else decoded (scaled while
/// decoding where that is possible), resized and encoded as JPEG; a JPEG that shrinks stays in its colour space.
/// Errors: as probe(), `resize.bad`.
Result<Encoded> fit(std::string bytes, const ResizeSpec& spec, int quality = 95);

}  // namespace ava::image
