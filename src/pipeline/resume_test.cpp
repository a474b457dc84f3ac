// What a format job does not do twice: pictures of the cache, and those an earlier attempt had finished.
#include <fmt/format.h>

#include <fstream>
#include <map>

#include "base/file.hpp"
#include "base/testing.hpp"
#include "image/codec.hpp"
#include "pipeline/format_run.hpp"
#include "pipeline/work_folder.hpp"

namespace ava::pipeline {
namespace {

namespace fs = std::filesystem;

class Resuming : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(dir_ / "p");
    for (int i = 0; i < 200; ++i) add(i);
    spec_ = {.list = (dir_ / "list.lst").string(), .formats = {"recordio", "lmdb"}};
    spec_.splits = {{"train", 70}, {"val", 30}};
    spec_.resize = "4";
    spec_.threads = 2;
    spec_.sources.base_folder = dir_.path().string();
    spec_.target.folder = (dir_ / "sets").string();
  }
  void add(int i) {
    image::Pixels pixels{.width = 8, .height = 9, .channels = 3, .data = std::vector<std::uint8_t>(216, i % 251)};
    for (int k = 0; k < 216; k += 5) pixels.data[k] = static_cast<std::uint8_t>(i * 7 + k);
    put(fmt::format("p/{}.png", i), image::encode_png(pixels).value());
    std::ofstream(dir_ / "list.lst", std::ios::app)
        << R"({"url":"p/)" << i
        << R"(.png","type":"image","label":[{"name":"x","type":"classification","version":"1","data":[{"class":")"
        << i % 3 << "\"}]}]}\n";
  }
  Result<FormatResult> format_into(const std::string& folder) {
    spec_.target.folder = (dir_ / folder).string();
    return run_format(spec_);
  }
  /// An attempt that ends at its last picture, which is bad; then that picture is good.
  Error failed_at_the_end() {
    const std::string good = file::read(dir_ / "p/199.png").value();
    put("p/199.png", "no picture");
    spec_.shuffle = false;
    spec_.splits = {{"train", 100}};
    spec_.max_reject_ratio = 0;
    auto result = format_into("sets");
    EXPECT_FALSE(result.ok());
    put("p/199.png", good);
    return result.error();
  }
  void put(const std::string& name, const std::string& bytes) { std::ofstream(dir_ / name, std::ios::binary) << bytes; }
  std::map<std::string, std::string> files_of(const std::string& folder) const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(dir_ / folder))
      if (entry.is_regular_file())
        files[entry.path().lexically_relative(dir_ / folder).string()] = file::read(entry.path()).value();
    return files;
  }
  ava::testing::TempDir dir_;
  FormatSpec spec_;
};

TEST_F(Resuming, APictureThatIsInTheCacheIsNotMadeAgain) {
  spec_.cache = (dir_ / "cache").string();
  ASSERT_OK_AND(const FormatResult first, format_into("first"));
  EXPECT_EQ(first.from_cache, 0u);
  for (int i = 200; i < 210; ++i) add(i);
  ASSERT_OK_AND(const FormatResult more, format_into("more"));
  EXPECT_EQ(more.counts.out, 210u);
  EXPECT_EQ(more.from_cache, 200u);
  EXPECT_EQ(more.resumed, 0u);
  spec_.cache.clear();
  ASSERT_OK_AND(const FormatResult plain, format_into("plain"));
  EXPECT_EQ(plain.from_cache, 0u);
  EXPECT_EQ(files_of("more"), files_of("plain")) << "a cache never changes a byte";
}

TEST_F(Resuming, TheCacheIsOfOneWayToMakePictures) {
  spec_.cache = (dir_ / "cache").string();
  ASSERT_OK(format_into("first"));
  spec_.quality = 60;
  ASSERT_OK_AND(const FormatResult other, format_into("other"));
  EXPECT_EQ(other.from_cache, 0u);
  spec_.resize = "8x9";  // every picture has this size: the originals stay, and are known to be good
  spec_.verify = PictureCheck::kDecode;
  ASSERT_OK(format_into("same"));
  ASSERT_OK_AND(const FormatResult again, format_into("same2"));
  EXPECT_EQ(again.from_cache, 200u);
  EXPECT_EQ(files_of("same"), files_of("same2"));
  spec_.resize.clear();
  spec_.verify = PictureCheck::kStructure;
  ASSERT_OK_AND(const FormatResult copied, format_into("copied"));
  EXPECT_EQ(copied.from_cache, 0u) << "copying is as fast as looking";
}

TEST_F(Resuming, WhatPicturesLookLikeIsKeptToo) {
  spec_.resize.clear();
  spec_.keep_together = {"near"};
  ASSERT_OK(format_into("plain"));
  spec_.cache = (dir_ / "cache").string();
  ASSERT_OK(format_into("first"));
  const auto kept = files_of("cache");
  EXPECT_EQ(kept.at("00000001.index1").size(), 200u * 72);
  ASSERT_OK(format_into("second"));
  EXPECT_EQ(files_of("cache"), kept) << "nothing had to be looked at again";
  EXPECT_EQ(files_of("second"), files_of("plain"));
}

TEST_F(Resuming, ADamagedCacheChangesNothing) {
  spec_.cache = (dir_ / "cache").string();
  ASSERT_OK(format_into("first"));
  for (const auto& entry : fs::directory_iterator(dir_ / "cache")) {
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    for (std::streamoff at = 11; at < static_cast<std::streamoff>(entry.file_size()); at += 700) {
      file.seekp(at);
      file.put('!');
    }
  }
  ASSERT_OK_AND(const FormatResult again, format_into("again"));
  EXPECT_GT(again.from_cache, 0u);
  EXPECT_LT(again.from_cache, 200u);
  EXPECT_EQ(files_of("first"), files_of("again"));
}

TEST_F(Resuming, AFailedJobGoesOnWithWhatItHadFinished) {
  const Error failed = failed_at_the_end();
  EXPECT_EQ(failed.slug(), "batch.too_many_rejects");
  EXPECT_THAT(failed.hint(), ::testing::HasSubstr("199 finished pictures are kept"));
  EXPECT_FALSE(fs::exists(dir_ / "sets"));
  EXPECT_EQ(files_of(".ava-tmp-sets").size(), 2u) << "one segment of the spool, and nothing half made";
  put("p/7.png", file::read(dir_ / "p/18.png").value());  // changed since
  ASSERT_OK_AND(const FormatResult resumed, format_into("sets"));
  EXPECT_EQ(resumed.resumed, 198u);
  EXPECT_FALSE(fs::exists(dir_ / ".ava-tmp-sets"));
  ASSERT_OK_AND(const FormatResult whole, format_into("whole"));
  EXPECT_EQ(whole.resumed, 0u);
  EXPECT_EQ(files_of("sets"), files_of("whole"));
}

TEST_F(Resuming, ASpoolOfAnotherListOrSizeIsWiped) {
  (void)failed_at_the_end();
  spec_.resize = "5";
  ASSERT_OK_AND(const FormatResult other, format_into("sets"));
  EXPECT_EQ(other.resumed, 0u);
  EXPECT_FALSE(fs::exists(dir_ / ".ava-tmp-sets"));
}

TEST_F(Resuming, WhatAttemptsLeftCanBeDiscarded) {
  (void)failed_at_the_end();
  ASSERT_TRUE(fs::exists(dir_ / ".ava-tmp-sets"));
  ASSERT_OK(WorkFolder::discard(spec_.target, spec_.sources));
  EXPECT_FALSE(fs::exists(dir_ / ".ava-tmp-sets"));
}

TEST_F(Resuming, ASecondPassWithoutTheBadPicturesMakesNoneAgain) {
  put("p/199.png", "no picture");
  spec_.cache = (dir_ / "cache").string();
  ASSERT_OK_AND(const FormatResult result, format_into("sets"));
  EXPECT_EQ(result.counts.out, 199u);
  EXPECT_EQ(result.from_cache + result.resumed, 0u) << "what this run made itself is not counted";
}

}  // namespace
}  // namespace ava::pipeline
