#include "exchange/picture_size.hpp"

#include "image/codec.hpp"

namespace ava::exchange {

Result<Frame> picture_size(const Tree& tree, std::string_view name, bool& rotated) {
  constexpr std::size_t kHead = 64u << 10;
  constexpr std::uint64_t kWhole = 256u << 20;
  AVA_TRY(std::string bytes, tree.head(name, kHead));
  auto info = image::probe(bytes);
  if (!info.ok() && bytes.size() == kHead) {
    AVA_TRY(bytes, tree.read(name, kWhole));
    info = image::probe(bytes);
  }
  if (!info.ok()) return info.error();
  rotated = info->orientation >= 5;
  const Frame frame{static_cast<double>(info->width), static_cast<double>(info->height)};
  return rotated ? Frame{frame.height, frame.width} : frame;
}

}  // namespace ava::exchange
