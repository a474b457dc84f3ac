#include "engine/container_log.hpp"

#include "base/testing.hpp"

namespace ava::engine {
namespace {

std::string frame(char stream, std::string_view text) {
  std::string out(8, '\0');
  out[0] = stream;
  out[6] = static_cast<char>(text.size() >> 8);
  out[7] = static_cast<char>(text.size());
  return out.append(text);
}

TEST(LogFrames, AreTakenOffWhereverTheStreamIsCut) {
  const std::string stream = frame(1, "你好\n") + frame(2, "") + frame(2, std::string(300, 'e')) + frame(1, "end");
  const std::string expected = "你好\n" + std::string(300, 'e') + "end";
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    LogFrames frames;
    std::string text;
    for (std::size_t at = 0; at < stream.size(); at += step)
      text += frames.unwrap(std::string_view(stream).substr(at, step));
    ASSERT_EQ(text, expected) << "in steps of " << step;
  }
}

}  // namespace
}  // namespace ava::engine
