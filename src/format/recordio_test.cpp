#include "format/recordio.hpp"
#include "format/testing.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/testing.hpp"

namespace ava::format {
namespace {

std::string framed(std::string_view head, std::string_view body) {
  std::string out;
  const auto put = [&](std::string_view bytes) -> Result<void> {
    out += bytes;
    return {};
  };
  EXPECT_OK(frame_record(head, body, put));
  return out;
}

struct FramingCase {
  const char* payload;
  const char* file;
};
class RecordFraming : public ::testing::TestWithParam<FramingCase> {};

TEST_P(RecordFraming, WritesAndReadsTheVector) {
  const std::string payload = bytes_of_hex(GetParam().payload);
  EXPECT_EQ(
      to_hex(std::span(reinterpret_cast<const std::uint8_t*>(framed("", payload).data()), framed("", payload).size())),
      to_hex(std::span(reinterpret_cast<const std::uint8_t*>(bytes_of_hex(GetParam().file).data()),
                       bytes_of_hex(GetParam().file).size())));
  const ava::testing::TempDir dir;
  ASSERT_OK(file::write_atomic(dir / "data.rec", framed("", payload)));
  ASSERT_OK_AND(auto reader, RecordReader::open(dir / "data.rec"));
  std::string back;
  ASSERT_OK_AND(const bool more, reader.next(back));
  EXPECT_TRUE(more);
  EXPECT_EQ(back, payload);
  ASSERT_OK_AND(const bool again, reader.next(back));
  EXPECT_FALSE(again);
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, RecordFraming,
    ::testing::Values(FramingCase{"", "0a23d7ce00000000"},
                      FramingCase{"41414141 0a23d7ce 4242", "0a23d7ce0400002041414141 0a23d7ce0200006042420000"},
                      FramingCase{"0a23d7ce 42", "0a23d7ce00000020 0a23d7ce0100006042000000"},
                      FramingCase{"41414141 0a23d7ce", "0a23d7ce0400002041414141 0a23d7ce00000060"},
                      FramingCase{"0a23d7ce 0a23d7ce", "0a23d7ce00000020 0a23d7ce00000040 0a23d7ce00000060"},
                      FramingCase{"0a23d7ce", "0a23d7ce00000020 0a23d7ce00000060"},
                      FramingCase{"41 0a23d7ce 424242", "0a23d7ce08000000 410a23d7ce424242"}));

TEST(RecordIo, CutsAtAMagicOnTheBorderOfHeadAndBodyToo) {
  const std::string head = bytes_of_hex("41414141 0a23d7ce");
  const std::string body = bytes_of_hex("0a23d7ce 42");
  EXPECT_EQ(framed(head, body), framed("", head + body));
  EXPECT_EQ(framed(bytes_of_hex("0a23d7ce"), bytes_of_hex("4242424242")),
            framed("", bytes_of_hex("0a23d7ce 4242424242")));
}

TEST(RecordIo, WritesTheHeaderOfAClassifiedPicture) {
  const std::string head = encode(ImageHeader{.label = 14.0f, .id = 20129312});
  EXPECT_EQ(framed(head, "ABCDE"),
            bytes_of_hex("0a23d7ce 1d000000 00000000 00006041 2026330100000000 0000000000000000 4142434445 000000"));
}

TEST(RecordIo, WritesTheHeaderOfBoxes) {
  const std::string head = encode(ImageHeader{.id = 7, .labels = {2, 5, 1, .25f, .5f, .75f, 1}});
  EXPECT_EQ(
      framed(head, "XY"),
      bytes_of_hex("0a23d7ce 36000000 07000000 00000000 0700000000000000 0000000000000000 00000040 0000a040 0000803f "
                   "0000803e 0000003f 0000403f 0000803f 5859 0000"));
  const std::string sized = encode(ImageHeader{.id = 7, .labels = {4, 5, 100, 80, 1, .25f, .5f, .75f, 1}});
  EXPECT_EQ(
      framed(sized, "XY"),
      bytes_of_hex("0a23d7ce 3e000000 09000000 00000000 0700000000000000 0000000000000000 00008040 0000a040 0000c842 "
                   "0000a042 0000803f 0000803e 0000003f 0000403f 0000803f 5859 0000"));
}

TEST(RecordIo, ReadsBackHeaderAndPicture) {
  const std::string payload = encode(ImageHeader{.label = 3, .id = 9}) + "picture";
  std::string_view picture;
  ASSERT_OK_AND(const ImageHeader header, decode(payload, picture));
  EXPECT_EQ(header.label, 3.0f);
  EXPECT_EQ(header.id, 9u);
  EXPECT_EQ(picture, "picture");
  EXPECT_ERROR(decode("short", picture), "recordio.bad_header");
  EXPECT_ERROR(decode(bytes_of_hex("ffffffff 00000000 0000000000000000 0000000000000000"), picture),
               "recordio.bad_header");
}

TEST(RecordIo, NamesTheOffsetOfABadRecordAndGoesOnWithTheNext) {
  const ava::testing::TempDir dir;
  std::string bytes = framed("", "first!!!") + framed("", "second!!") + framed("", "third");
  bytes[16] = 'x';
  ASSERT_OK(file::write_atomic(dir / "data.rec", bytes));
  ASSERT_OK_AND(auto reader, RecordReader::open(dir / "data.rec"));
  std::string payload;
  EXPECT_OK(reader.next(payload));
  const auto bad = reader.next(payload);
  EXPECT_ERROR(bad, "recordio.corrupt");
  EXPECT_EQ(bad.error().details().at("offset"), "16");
  EXPECT_OK(reader.next(payload));
  EXPECT_EQ(payload, "third");
  EXPECT_FALSE(reader.next(payload).value());
}

TEST(RecordIo, ALengthBeyondTheEndIsCorrupt) {
  const ava::testing::TempDir dir;
  ASSERT_OK(file::write_atomic(dir / "data.rec", framed("", "whole record").substr(0, 16)));
  ASSERT_OK_AND(auto reader, RecordReader::open(dir / "data.rec"));
  std::string payload;
  EXPECT_ERROR(reader.next(payload), "recordio.corrupt");
  EXPECT_FALSE(reader.next(payload).value());
}

}  // namespace
}  // namespace ava::format
