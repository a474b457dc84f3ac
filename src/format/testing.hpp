// What tests of byte layouts share.
#pragma once

#include <string>
#include <string_view>

#include "base/digest.hpp"

namespace ava::format {

/// "0a23d7ce 1d00": the bytes; blanks are for the reader.
inline std::string bytes_of_hex(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ' ') digits += c;
  return from_hex(digits).value();
}

}  // namespace ava::format
