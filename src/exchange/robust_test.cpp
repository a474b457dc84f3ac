// Damaged label files, thousands of them: each ends in an error or in counts that close, never in anything else.
#include <random>

#include "exchange/sound_files.hpp"
#include "exchange/testing.hpp"

namespace ava::exchange {
namespace {

std::string damaged(std::string text, std::mt19937& dice) {
  static constexpr std::string_view kNasty = "<>{}[]\"'\\,:;&\n\t\0-+.eE019nN%/\xFF\x80";
  const auto below = [&dice](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(dice); };
  for (std::size_t i = 0; i < 1 + below(3) && !text.empty(); ++i) {
    const std::size_t at = below(text.size());
    const std::size_t some = std::min(text.size() - at, below(12));
    switch (below(5)) {
      case 0:
        text[at] = kNasty[below(kNasty.size())];
        break;
      case 1:
        text.erase(at, some);
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), some));
        break;
      case 3:
        text.insert(at, 1, kNasty[below(kNasty.size())]);
        break;
      default:
        text.resize(at);
    }
  }
  return text;
}

TEST(Damage, EndsInAnErrorOrInCountsThatClose) {
  sample::ListOptions options;
  options.allow_relative = true;
  std::mt19937 dice(20261123);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same files every time
  for (const SoundFile& sound : sound_files()) {
    testing::Folder folder;
    folder.put("a.jpg");
    folder.put(sound.file, sound.text);
    ASSERT_OK(folder.import(sound.kind).result);
    for (int i = 0; i < 60; ++i) {
      const std::string text = damaged(sound.text, dice);
      folder.put(sound.file, text);
      const auto got = folder.import(sound.kind);  // checks the counts
      EXPECT_TRUE(got.result.ok() || got.result.error().code() != ErrorCode::kInternal) << text;
      for (const std::string& line : got.lines)
        EXPECT_TRUE(sample::parse_sample(line, options).ok()) << text << "\n" << line;
    }
  }
}

}  // namespace
}  // namespace ava::exchange
