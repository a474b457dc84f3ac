// Width and height of a picture from its first bytes: for formats that write fractions of them.
#pragma once

#include "base/result.hpp"
#include "exchange/samples.hpp"
#include "exchange/tree.hpp"

namespace ava::exchange {

/// As a viewer shows it: turned by EXIF, which `rotated` tells. Errors: those of image::probe and of the tree.
Result<Frame> picture_size(const Tree& tree, std::string_view name, bool& rotated);

}  // namespace ava::exchange
