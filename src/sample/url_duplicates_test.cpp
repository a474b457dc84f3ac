#include "sample/url_duplicates.hpp"

#include <map>

#include "base/testing.hpp"

namespace ava::sample {
namespace {

TEST(UrlCounter, NamesEachLineWhoseUrlStoodBefore) {
  std::vector<UrlCounter> counters;
  counters.emplace_back(1);
  const char* const urls[] = {"http://h/a", "http://h/b", "http://h/a", "http://h/c", "http://h/a", "http://h/c"};
  for (std::uint64_t i = 0; i < 6; ++i) counters[0].add(urls[i], i + 1);
  const UrlDuplicates found = UrlCounter::find(counters, 1);
  EXPECT_EQ(found.lines, 3u);
  EXPECT_EQ(found.urls, 2u);
  EXPECT_THAT(found.first, ::testing::ElementsAre(UrlAgain{3, 1}, UrlAgain{5, 1}, UrlAgain{6, 4}));
}

TEST(UrlCounter, DoesNotDependOnThreadsOrSeed) {
  std::map<std::string, std::uint64_t> firsts;
  std::vector<UrlAgain> expected;
  std::uint64_t repeated = 0;
  for (const unsigned threads : {1u, 2u, 5u}) {
    std::vector<UrlCounter> counters;
    for (unsigned i = 0; i < threads; ++i) counters.emplace_back(threads);
    firsts.clear();
    expected.clear();
    std::map<std::string, int> times;
    // Backwards: the order in which lines come must not matter.
    for (std::uint64_t line = 20000; line > 0; --line)
      counters[line % threads].add("qiniu:///bucket/pictures/" + std::to_string(line * line % 9973), line);
    for (std::uint64_t line = 1; line <= 20000; ++line) {
      const std::string url = std::to_string(line * line % 9973);
      const auto [first, fresh] = firsts.emplace(url, line);
      if (!fresh) expected.push_back({line, first->second});
      ++times[url];
    }
    repeated = static_cast<std::uint64_t>(std::ranges::count_if(times, [](const auto& t) { return t.second > 1; }));
    const UrlDuplicates found = UrlCounter::find(counters, threads, 50);
    EXPECT_EQ(found.lines, expected.size());
    EXPECT_EQ(found.urls, repeated);
    expected.resize(50);
    EXPECT_EQ(found.first, expected);
  }
}

TEST(UrlCounter, NoUrlsNoDuplicates) {
  const std::vector<UrlCounter> none;
  EXPECT_EQ(UrlCounter::find(none, 2).lines, 0u);
}

}  // namespace
}  // namespace ava::sample
