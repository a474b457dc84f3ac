#include "sample/url_duplicates.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
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
  std::memcpy(rest, at, left);
  hash = mix(word_at(rest) ^ secret, word_at(rest + 8) ^ hash);
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
  const std::size_t place = part.size++ % kChunk;
  if (place == 0) part.chunks.push_back(std::make_unique_for_overwrite<Place[]>(kChunk));
  part.chunks.back()[place] = {hash, line};
}

/// One partition: a table of places, free where it holds 0. A url's place is that of its first line.
UrlDuplicates UrlCounter::search(std::vector<Place>& places, std::vector<std::uint32_t>& table, std::size_t show) {
  UrlDuplicates found;
  table.assign(std::bit_ceil(places.size() * 2 + 2), 0);
  const std::size_t mask = table.size() - 1;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> again;  // cell of the table, line
  std::vector<bool> twice;
  for (std::uint32_t n = 0; n < places.size(); ++n) {
    std::size_t cell = places[n].hash & mask;
    while (table[cell] != 0 && places[table[cell] - 1].hash != places[n].hash) cell = (cell + 1) & mask;
    if (table[cell] == 0) {
      table[cell] = n + 1;
      continue;
    }
    if (twice.empty()) twice.resize(table.size());
    found.urls += twice[cell] ? 0 : 1;
    twice[cell] = true;
    Place& first = places[table[cell] - 1];
    again.emplace_back(static_cast<std::uint32_t>(cell), std::max(first.line, places[n].line));
    first.line = std::min(first.line, places[n].line);
  }
  found.lines = again.size();
  for (const auto& [cell, line] : again) {
    found.first.push_back({line, places[table[cell] - 1].line});
    if (found.first.size() >= 4096) keep_first(found.first, show);
  }
  keep_first(found.first, show);
  return found;
}

UrlDuplicates UrlCounter::find(std::span<const UrlCounter> counters, unsigned threads, std::size_t show) {
  std::array<UrlDuplicates, kPartitions> parts;
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    std::vector<Place> places;
    std::vector<std::uint32_t> table;
    for (std::size_t part = next++; part < kPartitions; part = next++) {
      places.clear();
      for (const UrlCounter& counter : counters) {
        const Partition& from = counter.parts_[part];
        for (std::size_t at = 0; at < from.size; at += kChunk) {
          const Place* chunk = from.chunks[at / kChunk].get();
          places.insert(places.end(), chunk, chunk + std::min(kChunk, from.size - at));
        }
      }
      parts[part] = search(places, table, show);
    }
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
