// Tar shards as AVA reads its own: the walk over an archive, and sets of them. Checksums of headers are made to fit.
#include <algorithm>

#include <fmt/format.h>

#include "format/tar.hpp"
#include "sets.hpp"

namespace ava::fuzz {

namespace {

/// Blocks that say they are headers, with the sum they should have.
std::string with_checksums(std::string_view bytes) {
  std::string out(bytes);
  for (std::size_t at = 0; at + format::kTarBlock <= out.size(); at += format::kTarBlock) {
    if (out.compare(at + 257, 5, "ustar") != 0) continue;
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(at) + 148, 8, ' ');
    unsigned sum = 0;
    for (std::size_t i = 0; i < format::kTarBlock; ++i) sum += static_cast<unsigned char>(out[at + i]);
    out.replace(at + 148, 7, fmt::format("{:06o}", sum) + '\0');
  }
  return out;
}

void walk(std::string_view bytes) {
  auto tar = must(format::TarReader::open(as_file(bytes)), "a file");
  std::uint64_t seen = 0;
  for (std::size_t calls = 0; calls < bytes.size() + 100; ++calls) {
    const auto more = tar.next();
    if (more.ok() && !*more) return;
    if (!more.ok()) {
      require(more.error().slug() == "tar.corrupt", "damage", more.error().text());
      continue;
    }
    const auto file = must(tar.bytes(), "the bytes of a file that lies in the archive");
    require(file.size() == tar.size(), "as many bytes as the header says");
    seen += file.size();
    require(seen <= bytes.size(), "no byte twice");
  }
  fail("a reader that comes to its end", {});
}

}  // namespace

void one_input(std::string_view bytes) {
  static SetReader sets("webdataset");
  const std::size_t way = choice(bytes, 3);
  if (way == 0) return walk(with_checksums(bytes));
  if (way == 1 || bytes.empty()) return sets.walk(bytes);
  sets.walk(std::string(1, bytes.front()) + with_checksums(bytes.substr(1)));
}

}  // namespace ava::fuzz
