// Reading a list against a bare simdjson loop over the same file that touches the same fields, with the same threads.
// Run: sample_bench; AVA_BENCH_LINES (default 500000) and AVA_BENCH_THREADS (default 2) size it. Prints the ratio.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

// The same configuration as line_scanner.cpp: one definition per program.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <benchmark/benchmark.h>

#include "sample/label_stats.hpp"
#include "sample/list_reader.hpp"

namespace {

std::size_t setting(const char* name, std::size_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoul(text, nullptr, 10);
}

/// A list like those of the original: log exports and tool output mixed, some detections.
const std::string& list_file() {
  static const std::string path = [] {
    std::string name = "/tmp/ava-bench-XXXXXX";
    const int fd = mkstemp(name.data());
    close(fd);
    std::ofstream out(name);
    for (std::size_t i = 0; i < setting("AVA_BENCH_LINES", 500000); ++i) {
      out << R"({"url":"qiniu:///bucket/images/2018/)" << i * 7919
          << R"(.jpg","type":"image","label":[{"name":"pulp","type":"classification","version":"1","data":[{"class":"class)"
          << i % 10 << R"(","score":0.)" << i % 997 << "}]}";
      if (i % 4 == 0)
        out << R"(,{"name":"general_d","type":"detection","version":"1","data":[{"bbox":[[10,20],[81,20],[81,91],[10,91]],"class":"dog"}]})";
      out << "]}\n";
    }
    std::atexit([] { std::remove(list_file().c_str()); });
    return name;
  }();
  return path;
}

/// Touch url, type, and of every label name, type, class, score and box.
std::uint64_t touch(simdjson::ondemand::document_reference doc) {
  std::uint64_t sum = 0;
  std::string_view text;
  simdjson::ondemand::array labels;
  if (!doc["url"].get(text)) sum += text.size();
  if (!doc["type"].get(text)) sum += text.size();
  if (doc["label"].get(labels)) return sum;
  for (auto label : labels) {
    if (!label["name"].get(text)) sum += text.size();
    if (!label["type"].get(text)) sum += text.size();
    simdjson::ondemand::array data;
    if (label["data"].get(data)) continue;
    for (auto entry : data) {
      simdjson::ondemand::array box;
      double number = 0;
      if (!entry["bbox"].get(box))
        for (auto point : box) {
          simdjson::ondemand::array pair;
          if (point.get(pair)) continue;
          for (auto value : pair)
            if (!value.get(number)) sum += static_cast<std::uint64_t>(number);
        }
      if (!entry["class"].get(text)) sum += text.size();
      if (!entry["score"].get(number)) sum += static_cast<std::uint64_t>(number);
    }
  }
  return sum;
}

/// What someone would write by hand: map the file, one part per thread, iterate_many.
std::uint64_t bare(const std::string& path, unsigned threads) {
  const int fd = open(path.c_str(), O_RDONLY);
  struct stat info {};
  fstat(fd, &info);
  const auto size = static_cast<std::size_t>(info.st_size);
  // One page more than the file: simdjson reads past the end.
  char* whole = static_cast<char*>(mmap(nullptr, size + 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  mmap(whole, size, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
  std::vector<std::uint64_t> sums(threads);
  std::vector<std::jthread> workers;
  for (unsigned t = 0; t < threads; ++t)
    workers.emplace_back([&, t] {
      const auto edge = [&](unsigned part) {
        if (part == 0) return std::size_t{0};
        if (part == threads) return size;
        const char* at = whole + size / threads * part;
        return static_cast<std::size_t>(static_cast<const char*>(std::memchr(at, '\n', size)) + 1 - whole);
      };
      const std::size_t begin = edge(t);
      simdjson::ondemand::parser parser;
      parser.threaded = false;  // the same number of threads as ours
      simdjson::ondemand::document_stream stream;
      if (parser.iterate_many(whole + begin, edge(t + 1) - begin, 1000000).get(stream)) return;
      for (auto&& doc : stream) {
        simdjson::ondemand::document_reference one;
        if (!std::move(doc).get(one)) sums[t] += touch(one);
      }
    });
  workers.clear();
  munmap(whole, size + 4096);
  close(fd);
  std::uint64_t sum = 0;
  for (const auto part : sums) sum += part;
  return sum;
}

std::uint64_t ours(const std::string& path, unsigned threads) {
  std::vector<ava::sample::StatsCounter> counters(threads);
  ava::sample::ListOptions options;
  options.threads = threads;
  ava::sample::ListReader reader(*ava::sample::source_of_file(path), options,
                                 [&](unsigned thread, const ava::sample::Batch& batch) {
                                   for (const auto& sample : batch.samples()) counters[thread].add(sample);
                                 });
  ava::sample::Batch batch;
  for (;;) {
    auto more = reader.next(batch);
    if (!more.ok() || !*more) break;
  }
  return reader.counts().items;
}

/// CPU seconds of the process so far: what a machine shared with others cannot distort much.
double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void read_against_bare(benchmark::State& state) {
  const std::string& path = list_file();
  const auto threads = static_cast<unsigned>(setting("AVA_BENCH_THREADS", 2));
  using Clock = std::chrono::steady_clock;
  double bare_seconds = 1e9;
  double our_seconds = 1e9;
  double bare_cpu = 1e9;
  double our_cpu = 1e9;
  for (auto _ : state) {
    const double cpu_start = cpu_seconds();
    const auto start = Clock::now();
    benchmark::DoNotOptimize(ours(path, threads));
    const auto middle = Clock::now();
    our_cpu = std::min(our_cpu, cpu_seconds() - cpu_start);
    state.PauseTiming();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    state.counters["our_rss_mb"] = std::max(state.counters["our_rss_mb"].value,
                                            bare_seconds > 1e8 ? static_cast<double>(usage.ru_maxrss) / 1024 : 0.0);
    const double cpu_again = cpu_seconds();
    const auto again = Clock::now();
    benchmark::DoNotOptimize(bare(path, threads));
    bare_seconds = std::min(bare_seconds, std::chrono::duration<double>(Clock::now() - again).count());
    bare_cpu = std::min(bare_cpu, cpu_seconds() - cpu_again);
    our_seconds = std::min(our_seconds, std::chrono::duration<double>(middle - start).count());
    state.ResumeTiming();
  }
  state.counters["ratio"] = bare_seconds / our_seconds;
  state.counters["cpu_ratio"] = bare_cpu / our_cpu;
  state.counters["bare_s"] = bare_seconds;
  state.counters["ours_s"] = our_seconds;
}
BENCHMARK(read_against_bare)->Unit(benchmark::kMillisecond)->Iterations(15);

}  // namespace
