// The PNG half of codec.hpp, on libpng. Source: PNG specification, second edition.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "image/codec.hpp"

namespace ava::image::png {

/// Errors of all: `picture.corrupt`, `picture.truncated`.
Result<Info> read_header(std::string_view bytes);
Result<Pixels> decode(std::string_view bytes, const DecodeOptions& options);
/// Chunk lengths and CRCs up to IEND.
Result<void> check_structure(std::string_view bytes);

}  // namespace ava::image::png
