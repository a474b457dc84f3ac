// The yardstick of `ava data check`: simdjson alone, over the same list, touching the same fields, on the same number
// of threads. It checks nothing, counts nothing by class and would not survive a bad line. With a third argument,
// "urls", it also counts the lines whose url stood on an earlier one: hashes dealt out to partitions, each searched by
// itself.
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t kBlockBytes = 1u << 20;

constexpr std::size_t kPartitions = 256;
using Hashes = std::array<std::vector<std::uint64_t>, kPartitions>;

struct Touched {
  std::size_t lines = 0;
  std::size_t bytes = 0;
  double sum = 0;
  Hashes* hashes = nullptr;
};

/// Not a good hash, but one that a yardstick can afford: eight bytes a step.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = text.size();
  for (std::size_t at = 0; at < text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, std::min<std::size_t>(8, text.size() - at));
    hash = (hash ^ word) * 0x9E3779B97F4A7C15;
    hash ^= hash >> 32;
  }
  return hash * 0xD6E8FEB86659FD93;
}

std::size_t repeated_in(const std::vector<Hashes>& all, std::size_t part, std::vector<std::uint64_t>& table) {
  std::size_t size = 0;
  for (const Hashes& hashes : all) size += hashes[part].size();
  table.assign(std::bit_ceil(size * 2 + 2), 0);
  const std::size_t mask = table.size() - 1;
  std::size_t repeated = 0;
  for (const Hashes& hashes : all)
    for (const std::uint64_t hash : hashes[part]) {
      std::size_t cell = hash & mask;
      while (table[cell] != 0 && table[cell] != hash) cell = (cell + 1) & mask;
      repeated += table[cell] == hash ? 1 : 0;
      table[cell] = hash;
    }
  return repeated;
}

void touch_box(simdjson::ondemand::array box, Touched& touched) {
  for (auto point : box) {
    simdjson::ondemand::array pair;
    if (point.get(pair) != simdjson::SUCCESS) continue;
    double number = 0;
    for (auto value : pair)
      if (value.get(number) == simdjson::SUCCESS) touched.sum += number;
  }
}

/// Class, score and box of an entry, in any order; a loop is faster than looking up what is often not there.
void touch_entry(simdjson::ondemand::object entry, Touched& touched) {
  for (auto member : entry) {
    simdjson::ondemand::raw_json_string key;
    std::string_view text;
    double number = 0;
    simdjson::ondemand::array box;
    if (member.key().get(key) != simdjson::SUCCESS) return;
    if (key == "class") {
      if (member.value().get(text) == simdjson::SUCCESS) touched.bytes += text.size();
    } else if (key == "score") {
      if (member.value().get(number) == simdjson::SUCCESS) touched.sum += number;
    } else if (key == "bbox") {
      if (member.value().get(box) == simdjson::SUCCESS) touch_box(box, touched);
    }
  }
}

/// Visit url, type and every entry of label, as the list reader does.
void touch_line(simdjson::ondemand::document_reference& line, Touched& touched) {
  std::string_view text;
  simdjson::ondemand::array labels;
  if (line["url"].get(text) == simdjson::SUCCESS) {
    touched.bytes += text.size();
    if (touched.hashes != nullptr) {
      const std::uint64_t hash = hash_of(text);
      (*touched.hashes)[hash >> 56].push_back(hash);
    }
  }
  if (line["type"].get(text) == simdjson::SUCCESS) touched.bytes += text.size();
  if (line["label"].get(labels) != simdjson::SUCCESS) return;
  for (auto label : labels) {
    if (label["name"].get(text) == simdjson::SUCCESS) touched.bytes += text.size();
    if (label["type"].get(text) == simdjson::SUCCESS) touched.bytes += text.size();
    simdjson::ondemand::array data;
    if (label["data"].get(data) != simdjson::SUCCESS) continue;
    for (auto item : data) {
      simdjson::ondemand::object entry;
      if (item.get(entry) == simdjson::SUCCESS) touch_entry(entry, touched);
    }
  }
}

Touched parse_block(simdjson::ondemand::parser& parser, simdjson::padded_string& block, std::size_t size,
                    Hashes* hashes) {
  Touched touched;
  touched.hashes = hashes;
  simdjson::ondemand::document_stream stream;
  if (parser.iterate_many(block.data(), size, kBlockBytes * 2).get(stream) != simdjson::SUCCESS) std::abort();
  for (auto line : stream) {
    simdjson::ondemand::document_reference document;
    if (std::move(line).get(document) != simdjson::SUCCESS) continue;
    touch_line(document, touched);
    ++touched.lines;
  }
  return touched;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const bool urls = argc > 3 && std::string_view(argv[3]) == "urls";
  const unsigned threads = static_cast<unsigned>(std::atoi(argv[2]));
  std::vector<Hashes> hashes(threads);
  std::atomic<std::size_t> lines = 0;
  std::atomic<std::size_t> bytes = 0;
  std::atomic<long> sum = 0;
  std::vector<std::thread> pool;
  std::FILE* size_of = std::fopen(argv[1], "rb");
  if (size_of == nullptr) return 2;
  std::fseek(size_of, 0, SEEK_END);
  const long size = std::ftell(size_of);
  std::fclose(size_of);
  for (unsigned t = 0; t < threads; ++t)
    pool.emplace_back([&, t] {
      // Each thread takes one stretch of the file; the line that crosses a border belongs to the one where it begins.
      std::FILE* file = std::fopen(argv[1], "rb");
      const long from = size / threads * t;
      const long to = t + 1 == threads ? size : size / threads * (t + 1);
      long at = from;
      if (from > 0) {
        std::fseek(file, from - 1, SEEK_SET);
        for (int c = 0; (c = std::fgetc(file)) != '\n' && c != EOF;) ++at;
      }
      std::fseek(file, at, SEEK_SET);
      simdjson::ondemand::parser parser;
#ifdef SIMDJSON_THREADS_ENABLED
      parser.threaded = false;  // the same number of threads as AVA
#endif
      simdjson::padded_string block(kBlockBytes + simdjson::SIMDJSON_PADDING);
      Touched mine;
      while (at < to) {
        const std::size_t got = std::fread(block.data(), 1, kBlockBytes, file);
        std::size_t end = got;
        while (end > 0 && block.data()[end - 1] != '\n') --end;
        if (end == 0) break;
        if (at + static_cast<long>(end) > to) {
          end = static_cast<std::size_t>(to - at);
          while (end < got && block.data()[end - 1] != '\n') ++end;
        }
        const Touched touched = parse_block(parser, block, end, urls ? &hashes[t] : nullptr);
        mine.lines += touched.lines;
        mine.bytes += touched.bytes;
        mine.sum += touched.sum;
        at += static_cast<long>(end);
        std::fseek(file, at, SEEK_SET);
      }
      lines += mine.lines;
      bytes += mine.bytes;
      sum += static_cast<long>(mine.sum);
      std::fclose(file);
    });
  for (std::thread& thread : pool) thread.join();
  if (urls) {
    std::atomic<std::size_t> next = 0;
    std::atomic<std::size_t> repeated = 0;
    for (std::thread& thread : pool)
      thread = std::thread([&] {
        std::vector<std::uint64_t> table;
        for (std::size_t part = next++; part < kPartitions; part = next++) repeated += repeated_in(hashes, part, table);
      });
    for (std::thread& thread : pool) thread.join();
    std::printf("%zu lines repeat a url\n", repeated.load());
  }
  // Printed, so that nothing is optimised away.
  std::printf("%zu lines, %zu bytes of text, numbers add up to %ld\n", lines.load(), bytes.load(), sum.load());
  return 0;
}
