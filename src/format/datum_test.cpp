#include "format/datum.hpp"
#include "format/testing.hpp"

#include <random>

#include "base/digest.hpp"
#include "base/testing.hpp"

namespace ava::format {
namespace {

TEST(Datum, EncodesTheVectors) {
  const std::string pixels = bytes_of_hex("ff0000800a14");
  EXPECT_EQ(encode(Datum{.channels = 3, .height = 1, .width = 2, .data = pixels, .label = 7}),
            bytes_of_hex("0803 1001 1802 2206 ff0000800a14 2807"));
  const std::string jpeg = bytes_of_hex("ffd8ffd9");
  EXPECT_EQ(encode(Datum{.data = jpeg, .label = 7, .encoded = true}), bytes_of_hex("2204ffd8ffd9 2807 3801"));
  EXPECT_EQ(encode(Datum{.data = jpeg, .label = -1, .encoded = true}),
            bytes_of_hex("2204ffd8ffd9 28ffffffffffffffffff01 3801"));
  EXPECT_EQ(encode(Datum{.data = jpeg, .label = 0, .float_data = {0.25f, 1.0f}, .encoded = true}),
            bytes_of_hex("2204ffd8ffd9 2800 350000803e 350000803f 3801"));
}

TEST(Datum, DecodesWhatItEncodes) {
  const std::string bytes = encode(
      Datum{.channels = 3, .height = 4, .width = 5, .data = "abc", .label = -1, .float_data = {1.5f}, .encoded = true});
  ASSERT_OK_AND(const Datum back, decode_datum(bytes));
  EXPECT_EQ(back.channels, 3);
  EXPECT_EQ(back.height, 4);
  EXPECT_EQ(back.width, 5);
  EXPECT_EQ(back.data, "abc");
  EXPECT_EQ(back.label, -1);
  EXPECT_EQ(back.float_data, std::vector<float>{1.5f});
  EXPECT_TRUE(back.encoded);
}

TEST(Datum, SkipsUnknownFieldsAndReadsPackedFloats) {
  ASSERT_OK_AND(const Datum back, decode_datum(bytes_of_hex("2204ffd8ffd9 2807 4a0161 5001 3208 0000803e 0000803f")));
  EXPECT_EQ(back.label, 7);
  EXPECT_EQ(back.float_data, (std::vector<float>{0.25f, 1.0f}));
}

TEST(Datum, RefusesACutOrForeignMessage) {
  EXPECT_ERROR(decode_datum(bytes_of_hex("2204ffd8")), "datum.corrupt");
  EXPECT_ERROR(decode_datum(bytes_of_hex("28ff")), "datum.corrupt");
  EXPECT_ERROR(decode_datum("not a protobuf at all"), "datum.corrupt");
}

TEST(AnnotatedDatum, EncodesTheVector) {
  const std::string jpeg = bytes_of_hex("ffd8ffd9");
  const AnnotatedDatum annotated{.datum = {.data = jpeg, .label = -1, .encoded = true},
                                 .boxes = {{1, .25f, .5f, .75f, 1, false}}};
  EXPECT_EQ(
      encode(annotated),
      bytes_of_hex(
          "0a132204ffd8ffd928ffffffffffffffffff01380110001a1e0801121a080012160d0000803e150000003f1d0000403f250000803f"
          "3000"));
  EXPECT_TRUE(is_annotated(encode(annotated)));
  EXPECT_FALSE(is_annotated(encode(annotated.datum)));
}

TEST(AnnotatedDatum, KeepsBoxesByClassAndTheirDifficulty) {
  const AnnotatedDatum annotated{
      .datum = {.data = "jpeg", .label = -1, .encoded = true},
      .boxes = {{3, 0, 0, .5f, .5f, true}, {1, .25f, .5f, .75f, 1, false}, {3, .5f, .5f, 1, 1, false}}};
  const std::string bytes = encode(annotated);
  ASSERT_OK_AND(const AnnotatedDatum back, decode_annotated(bytes));
  EXPECT_EQ(back.datum.data, "jpeg");
  ASSERT_EQ(back.boxes.size(), 3u);
  EXPECT_EQ(back.boxes[0].group_label, 1u);
  EXPECT_EQ(back.boxes[1].group_label, 3u);
  EXPECT_TRUE(back.boxes[1].difficult);
  EXPECT_FALSE(back.boxes[2].difficult);
  EXPECT_EQ(back.boxes[2].xmin, .5f);
}

TEST(AnnotatedDatum, SurvivesEveryTruncationAndFlippedBytes) {
  const std::string good = encode(AnnotatedDatum{.datum = {.data = "jpeg", .label = -1, .encoded = true},
                                                 .boxes = {{3, 0, 0, .5f, .5f, true}, {1, .25f, .5f, .75f, 1, false}}});
  for (std::size_t length = 0; length < good.size(); ++length) {
    const auto cut = decode_annotated(std::string_view(good).substr(0, length));
    EXPECT_TRUE(!cut.ok() || cut->boxes.size() < 2) << length;
  }
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto read = decode_annotated(bytes);
    if (!read.ok()) EXPECT_ERROR(read, "datum.corrupt");
  }
}

}  // namespace
}  // namespace ava::format
