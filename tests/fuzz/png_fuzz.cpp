// PNG files, as they are and with the checksums their chunks should have.
#include "image/crc32.hpp"
#include "pictures.hpp"

namespace ava::fuzz {

namespace {

std::string with_checksums(std::string_view bytes) {
  std::string out(bytes);
  const auto byte = [&out](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(out[at])}; };
  for (std::size_t at = 8; at + 12 <= out.size();) {
    const std::uint64_t length = byte(at) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3);
    if (length > out.size() - at - 12) break;
    const std::uint32_t sum = image::crc32_of(std::string_view(out).substr(at + 4, 4 + length));
    for (int i = 0; i < 4; ++i) out[at + 8 + length + i] = static_cast<char>(sum >> (24 - 8 * i));
    at += 12 + length;
  }
  return out;
}

}  // namespace

void one_input(std::string_view bytes) {
  if (choice(bytes, 2) == 0) return check_picture(bytes);
  check_picture(with_checksums(bytes));
}

}  // namespace ava::fuzz
