#include "exchange/coco_rle.hpp"

#include <fmt/format.h>

#include <limits>

namespace ava::exchange {

Result<std::vector<std::uint32_t>> decode_rle(std::string_view text) {
  std::vector<std::uint32_t> runs;
  const auto bad = [&](std::size_t at) {
    return Error(ErrorCode::kCorrupt, "rle.bad", fmt::format("character {} of the run lengths is bad", at + 1));
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    std::int64_t value = 0;
    int shift = 0;
    unsigned group = 0;
    do {
      if (at >= text.size() || shift > 35) return bad(from);
      group = static_cast<unsigned char>(text[at++]) - 48u;
      if (group > 63) return bad(at - 1);
      value |= static_cast<std::int64_t>(group & 31u) << shift;
      shift += 5;
    } while ((group & 32u) != 0);
    if ((group & 16u) != 0) value -= std::int64_t{1} << shift;
    // From the 4th on a run is the difference to the one two before.
    if (runs.size() > 2) value += runs[runs.size() - 2];
    if (value < 0 || value > std::numeric_limits<std::uint32_t>::max()) return bad(from);
    runs.push_back(static_cast<std::uint32_t>(value));
  }
  return runs;
}

std::string encode_rle(const std::vector<std::uint32_t>& runs) {
  std::string text;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    std::int64_t value = runs[i];
    if (i > 2) value -= runs[i - 2];
    for (bool more = true; more;) {
      auto group = static_cast<unsigned>(value & 31);
      value >>= 5;
      more = (group & 16u) != 0 ? value != -1 : value != 0;
      if (more) group |= 32u;
      text.push_back(static_cast<char>(group + 48u));
    }
  }
  return text;
}

}  // namespace ava::exchange
