#include "pipeline/mean_files.hpp"

#include <fmt/format.h>

namespace ava::pipeline {

std::string mean_csv(const ChannelMean& mean) { return fmt::format("{},{},{}\n", mean.r, mean.g, mean.b); }

std::string mean_binaryproto(const ChannelMean& mean) {
  // num 1, channels 3, height 1, width 1, then 12 bytes of packed floats.
  std::string bytes("\x08\x01\x10\x03\x18\x01\x20\x01\x2a\x0c", 10);
  for (const double value : {mean.b, mean.g, mean.r}) {
    const auto narrow = static_cast<float>(value);
    bytes.append(reinterpret_cast<const char*>(&narrow), sizeof narrow);
  }
  return bytes;
}

}  // namespace ava::pipeline
