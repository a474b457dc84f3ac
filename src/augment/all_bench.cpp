// What every operation costs with nothing set, on 500x375 colour pixels with two boxes; decoding and encoding are left
// out. Run: augment_bench [--benchmark_filter=blur]
#include <benchmark/benchmark.h>

#include "augment/testing.hpp"

namespace {

using namespace ava::augment;

constexpr int kWidth = 500;
constexpr int kHeight = 375;

void run(benchmark::State& state, const Op* op) {
  const ava::image::Pixels picture = testing::meadow(kWidth, kHeight);
  const ava::sample::Sample row =
      testing::row_of({testing::box_entry({60, 80, 210, 230}), testing::box_entry({300, 150, 420, 340}, "dog")});
  const OpSpec spec = testing::spec_of(*op);
  testing::Gallery gallery;
  std::uint64_t key = 0;
  for (auto _ : state) {
    state.PauseTiming();
    Scene scene(row, picture, &gallery);
    state.ResumeTiming();
    const auto steps = testing::perform(spec, scene, key++);
    const auto pixels = scene.pixels();
    if (!steps.ok() || !pixels.ok()) state.SkipWithError("the operation failed");
  }
}

const bool kRegistered = [] {
  for (const Op* op : all())
    benchmark::RegisterBenchmark(std::string(op->description().name).c_str(), run, op)->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
