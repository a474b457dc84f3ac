// The cache's log on disk: an index of entries, whose checksums are made to fit, over a file of bytes.
#include <cstring>

#include "base/crc32c.hpp"
#include "cache/keyed_log.hpp"
#include "fuzz.hpp"

namespace ava::fuzz {

namespace {

constexpr std::size_t kEntry = 72;
constexpr std::size_t kKey = 32;
constexpr std::string_view kData = "0123456789abcdef";

std::string with_checksums(std::string_view bytes, bool of_data) {
  std::string out(bytes);
  const auto put = [&out](std::size_t at, std::uint32_t crc) { std::memcpy(out.data() + at, &crc, sizeof crc); };
  for (std::size_t at = 0; at + kEntry <= out.size(); at += kEntry) {
    if (of_data) put(at + kEntry - 8, crc32c(kData));
    put(at + kEntry - 4, crc32c(std::string_view(out).substr(at, kEntry - 4)));
  }
  return out;
}

}  // namespace

void one_input(std::string_view bytes) {
  const std::size_t way = choice(bytes, 3);
  const std::string index = way == 0 ? std::string(bytes) : with_checksums(bytes, way == 1);
  const auto folder = scratch() / "log";
  std::filesystem::create_directories(folder);
  write_file(folder / "00000001.index1", index);
  write_file(folder / "00000001.data1", kData);
  const auto log = must(cache::KeyedLog::open(folder, 0), "a folder that can be read");
  for (std::size_t at = 0; at + kEntry <= index.size(); at += kEntry) {
    Digest key{};
    std::memcpy(key.data(), index.data() + at, kKey);
    const auto found = log->find(key);
    if (!found) continue;
    require(kData.find(found->bytes) != kData.npos, "bytes of the data", found->bytes);
  }
  const Digest key = sha256("a key");
  log->keep(key, {1, 2, 3, 4, 5}, "new");
  const auto kept = log->find(key);
  require(kept && kept->bytes == "new", "what was kept last, whatever stands before it");
  std::filesystem::remove_all(folder);
}

}  // namespace ava::fuzz
