// CRC-32C against the vectors of RFC 3720 B.4, and the instruction against the table.
#include "base/crc32c.hpp"

#include <string>

#include "base/testing.hpp"

namespace ava {
namespace {

TEST(Crc32c, IsThatOfTheStandard) {
  std::string rising;
  for (int i = 0; i < 32; ++i) rising += static_cast<char>(i);
  const std::pair<std::string, std::uint32_t> vectors[] = {
      {"", 0},
      {"123456789", 0xE3069283},
      {std::string(32, '\0'), 0x8A9136AA},
      {std::string(32, '\xff'), 0x62A8AB43},
      {rising, 0x46DD794E},
      {std::string(rising.rbegin(), rising.rend()), 0x113FDB5C},
  };
  for (const auto& [bytes, expected] : vectors) {
    EXPECT_EQ(crc32c(bytes), expected);
    EXPECT_EQ(detail::crc32c_by_table(bytes, 0), expected);
  }
}

TEST(Crc32c, GoesOnFromWhatWasBefore) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 37 + i / 7);
  const std::string_view view = text;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(crc32c(view.substr(cut), crc32c(view.substr(0, cut))), crc32c(view));
    EXPECT_EQ(detail::crc32c_by_table(view.substr(cut), crc32c(view.substr(0, cut))), crc32c(view));
  }
}

}  // namespace
}  // namespace ava
