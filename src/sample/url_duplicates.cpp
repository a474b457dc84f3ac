#include "sample/url_duplicates.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <new>
#include <thread>

namespace ava::sample {

namespace {

std::uint64_t word_at(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Both halves of the product: every bit of a and b moves every bit of the result.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t hash_of(std::string_view text, std::uint64_t seed) {
  const std::uint64_t secret =
      seed ^ 0x9E3779B97F4A7C15;  // a known one could be met by a text, and erase what came before
  constexpr std::uint64_t kTwo = 0xD6E8FEB86659FD93;
  std::uint64_t hash = seed ^ kTwo;
  std::size_t left = text.size();
  const char* at = text.data();
  for (; left > 16; left -= 16, at += 16) hash = mix(word_at(at) ^ secret, word_at(at + 8) ^ hash);
  char rest[16] = {};
  if (text.size() >= sizeof rest) {
    at += left;  // the last sixteen, some of them a second time: no copy of odd length
    at -= sizeof rest;
  } else {
    std::memcpy(rest, at, left);
    at = rest;
  }
  hash = mix(word_at(at) ^ secret, word_at(at + 8) ^ hash);
  return mix(hash ^ text.size(), kTwo);
}

void keep_first(std::vector<UrlAgain>& list, std::size_t show) {
  std::sort(list.begin(), list.end(), [](const UrlAgain& a, const UrlAgain& b) { return a.line < b.line; });
  if (list.size() > show) list.resize(show);
}

}  // namespace

void UrlCounter::add(std::string_view url, std::uint64_t line) {
  const std::uint64_t hash = hash_of(url, seed_);
  Partition& part = parts_[hash >> 56];
  if (part.next == part.end) grow(part);
  *part.next++ = {hash, line};
}

/// Chunks are cut from large pages where the kernel has some: filling small ones costs a fault for every 256 lines.
void UrlCounter::grow(Partition& part) {
  if (slab_used_ == kSlab) {
    slabs_.emplace_back(static_cast<Place*>(::operator new (kSlabBytes, std::align_val_t{kSlabBytes})));
    (void)::madvise(slabs_.back().get(), kSlabBytes, MADV_HUGEPAGE);
    slab_used_ = 0;
  }
  part.next = slabs_.back().get() + slab_used_;
  part.end = part.next + kChunk;
  part.chunks.push_back(part.next);
  slab_used_ += kChunk;
}

/// One partition, in one table that the cache of a core holds; a cell is the first line of its url.
UrlDuplicates UrlCounter::search(std::span<const UrlCounter> counters, std::size_t part, std::vector<Place>& table,
                                 std::size_t show) {
  constexpr std::uint64_t kTwice = std::uint64_t{1} << 63;  // in a cell's line: counted as a repeated url
  UrlDuplicates found;
  std::size_t size = 0;
  for (const UrlCounter& counter : counters) size += counter.parts_[part].size();
  table.assign(std::bit_ceil(size + size / 3 + 2), Place{});
  const std::size_t mask = table.size() - 1;
  std::vector<std::pair<std::size_t, std::uint64_t>> again;  // cell of the table, line
  const auto put = [&](const Place& place) {
    std::size_t cell = place.hash & mask;
    while (table[cell].line != 0 && table[cell].hash != place.hash) cell = (cell + 1) & mask;
    Place& first = table[cell];
    if (first.line == 0) {
      first = place;
      return;
    }
    found.urls += (first.line & kTwice) == 0 ? 1 : 0;
    const std::uint64_t line = first.line & ~kTwice;
    again.emplace_back(cell, std::max(line, place.line));
    first.line = std::min(line, place.line) | kTwice;
  };
  for (const UrlCounter& counter : counters) {
    const Partition& from = counter.parts_[part];
    for (Place* const chunk : from.chunks) {
      const Place* const end = chunk == from.chunks.back() ? from.next : chunk + kChunk;
      for (const Place* place = chunk; place != end; ++place) put(*place);
    }
  }
  found.lines = again.size();
  for (const auto& [cell, line] : again) {
    found.first.push_back({line, table[cell].line & ~kTwice});
    if (found.first.size() >= 4096) keep_first(found.first, show);
  }
  keep_first(found.first, show);
  return found;
}

UrlDuplicates UrlCounter::find(std::span<const UrlCounter> counters, unsigned threads, std::size_t show) {
  std::array<UrlDuplicates, kPartitions> parts;
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    std::vector<Place> table;
    for (std::size_t part = next++; part < kPartitions; part = next++)
      parts[part] = search(counters, part, table, show);
  };
  {
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < threads; ++i) helpers.emplace_back(work);
    work();
  }
  UrlDuplicates all;
  for (const UrlDuplicates& part : parts) {
    all.lines += part.lines;
    all.urls += part.urls;
    all.first.insert(all.first.end(), part.first.begin(), part.first.end());
  }
  keep_first(all.first, show);
  return all;
}

}  // namespace ava::sample
