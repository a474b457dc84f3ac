#include "pipeline/quality.hpp"

#include "base/file.hpp"
#include "base/testing.hpp"
#include "image/codec.hpp"

namespace ava::pipeline {
namespace {

/// A picture with something to see: cells of noise that depend on the seed.
image::Pixels scene(int seed, int width = 90, int height = 80) {
  image::Pixels p{width, height, 3, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const auto cell = static_cast<unsigned>((x / 10) * 73 + (y / 10) * 151 + seed * 977);
      const auto shade = static_cast<std::uint8_t>((cell * cell * 2654435761u) >> 24);
      p.data.insert(p.data.end(), {shade, shade, shade});
    }
  return p;
}

class QualityOfAList : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.sources.base_folder = dir_.path().string();
    options_.list = (dir_ / "list.lst").string();
    options_.rare_count = 1;
    options_.rare_share = 0;
  }
  void add(const std::string& name, const std::string& data, const std::string& type = "detection") {
    lines_ += R"({"url":")" + name + R"(","type":"image","label":[{"name":"x","type":")" + type +
              R"(","version":"1","data":[)" + data + "]}]}\n";
  }
  void picture(const std::string& name, const std::string& bytes) { ASSERT_OK(file::write_atomic(dir_ / name, bytes)); }
  QualityReport report() {
    EXPECT_OK(file::write_atomic(dir_ / "list.lst", lines_));
    auto made = check_quality(options_);
    EXPECT_OK(made);
    return made.ok() ? *made : QualityReport{};
  }
  static const Finding* find(const QualityReport& report, std::string_view code) {
    for (const Finding& finding : report.findings)
      if (finding.code == code) return &finding;
    return nullptr;
  }
  static std::uint64_t count(const QualityReport& report, std::string_view code) {
    const Finding* found = find(report, code);
    return found == nullptr ? 0 : found->count;
  }

  ava::testing::TempDir dir_;
  std::string lines_;
  QualityOptions options_;
};

std::string box(const std::string& corners, const std::string& cls = "cat") {
  return R"({"bbox":[)" + corners + R"(],"class":")" + cls + "\"}";
}

TEST_F(QualityOfAList, HasNothingToSayOfAGoodOne) {
  picture("a.png", *image::encode_png(scene(1)));
  picture("b.png", *image::encode_png(scene(2)));
  add("a.png", box("[1,1],[90,80]"));
  add("b.png", box("[0,0],[9.5,8.5]"));
  const QualityReport made = report();
  EXPECT_EQ(made.items, 2u);
  EXPECT_EQ(made.pictures, 2u);
  EXPECT_TRUE(made.findings.empty()) << made.findings[0].code;
}

TEST_F(QualityOfAList, NamesEveryDoubtAboutBoxesWithItsLine) {
  picture("a.png", *image::encode_png(scene(1)));
  for (const char* corners : {"[5,5],[5,50]", "[-9,0],[20,20]", "[80,70],[120,75]", "[200,10],[220,20]"})
    add("a.png", box(corners));
  add("a.png", box("[1,1],[2,2]", ""));
  add("a.png", box("[1,\"nan\"],[2,2]"));
  const QualityReport made = report();
  ASSERT_EQ(count(made, "box.degenerate"), 1u);
  EXPECT_EQ(find(made, "box.degenerate")->examples[0].line, 1u);
  EXPECT_EQ(find(made, "box.degenerate")->severity, Severity::kError);
  EXPECT_EQ(count(made, "box.negative"), 1u);
  EXPECT_EQ(count(made, "box.sticks_out"), 2u);
  ASSERT_EQ(count(made, "box.outside"), 1u);
  EXPECT_EQ(find(made, "box.outside")->examples[0].line, 4u);
  EXPECT_EQ(find(made, "box.outside")->examples[0].text, "200,10,220,20 of 90 x 80");
  EXPECT_EQ(count(made, "class.missing"), 1u);
  EXPECT_EQ(count(made, "bbox_not_a_number"), 1u);
  EXPECT_EQ(count(made, "url.duplicate"), 5u);
  EXPECT_EQ(made.findings.front().severity, Severity::kError);
}

TEST_F(QualityOfAList, NamesEveryDoubtAboutPictures) {
  const std::string jpeg = *image::encode_jpeg(scene(1), 95);
  picture("good.jpg", jpeg);
  picture("again.jpg", *image::encode_jpeg(scene(1), 70));
  picture("cut.jpg", jpeg.substr(0, jpeg.size() / 2));
  picture("really.png", *image::encode_jpeg(scene(3)));
  picture("long.png", *image::encode_png(scene(4, 400, 40)));
  picture("tiny.png", *image::encode_png(scene(5, 20, 20)));
  for (const char* name : {"good.jpg", "again.jpg", "cut.jpg", "really.png", "long.png", "tiny.png", "gone.jpg"})
    add(name, R"({"class":"cat"})", "classification");
  const QualityReport made = report();
  EXPECT_EQ(made.pictures, 5u);
  ASSERT_EQ(count(made, "picture.near_duplicate"), 1u);
  EXPECT_EQ(find(made, "picture.near_duplicate")->examples[0].line, 2u);
  ASSERT_EQ(count(made, "picture.truncated"), 1u);
  EXPECT_EQ(find(made, "picture.truncated")->examples[0].line, 3u);
  EXPECT_EQ(count(made, "picture.extension"), 1u);
  EXPECT_EQ(count(made, "picture.aspect"), 1u);
  EXPECT_EQ(count(made, "picture.tiny"), 1u);
  EXPECT_EQ(count(made, "object.not_found"), 1u);
  EXPECT_EQ(made.errors, 2u);
}

TEST_F(QualityOfAList, ComparesClasses) {
  options_.pictures = false;
  options_.rare_count = 10;
  options_.rare_share = 0.01;
  options_.classes = {"cat", "dog"};
  for (int i = 0; i < 300; ++i) add("p" + std::to_string(i) + ".png", R"({"class":"cat"})", "classification");
  add("d.png", R"({"class":"dog"})", "classification");
  add("f.png", R"({"class":"fish"})", "classification");
  add("u.png", "", "classification");
  const QualityReport made = report();
  ASSERT_EQ(count(made, "class.rare"), 2u);
  EXPECT_EQ(find(made, "class.rare")->examples[0].text, "classification.x: 'dog' has 1 of 302 (0.33 %)");
  EXPECT_EQ(count(made, "class.imbalance"), 1u);
  EXPECT_EQ(count(made, "class.undefined"), 1u);
  EXPECT_EQ(count(made, "item.unlabelled"), 1u);
  EXPECT_EQ(made.pictures, 0u);
}

TEST_F(QualityOfAList, KeepsTheFirstExamplesOnly) {
  options_.pictures = false;
  options_.examples = 3;
  for (int i = 0; i < 9; ++i) add("same.png", box("[1,1],[1,1]"));
  const QualityReport made = report();
  EXPECT_EQ(count(made, "box.degenerate"), 9u);
  EXPECT_EQ(find(made, "box.degenerate")->examples.size(), 3u);
  EXPECT_EQ(count(made, "url.duplicate"), 8u);
  EXPECT_EQ(find(made, "url.duplicate")->examples[2].line, 4u);
}

}  // namespace
}  // namespace ava::pipeline
