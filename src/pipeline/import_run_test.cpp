// Archives of pictures become datasets: names in UTF-8 and GB18030, archives that are cut, work that fails.
#include "pipeline/import_run.hpp"

#include <array>
#include <fstream>
#include <functional>

#include "base/file.hpp"
#include "base/testing.hpp"
#include "image/codec.hpp"

#include <archive.h>
#include <archive_entry.h>

namespace ava::pipeline {
namespace {

namespace fs = std::filesystem;

const std::string kCat = "猫", kDog = "狗", kFolder = "训练图片";
// The same words as Chinese Windows writes them.
const std::string kCatGb = "\xC3\xA8", kDogGb = "\xB9\xB7", kFolderGb = "\xD1\xB5\xC1\xB7\xCD\xBC\xC6\xAC";

std::string picture() {
  return image::encode_png({.width = 2, .height = 2, .channels = 3, .data = std::vector<std::uint8_t>(12, 9)}).value();
}

std::uint32_t crc_of(const std::string& bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

std::string number(std::uint32_t value, int size) {
  std::string out;
  for (int i = 0; i < size; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

/// A zip of stored files, byte by byte: libraries decide about the names' encoding, this does not.
std::string zip_of(const std::vector<std::string>& names, bool says_utf8) {
  const std::string bytes = picture();
  std::string files, directory;
  for (const std::string& name : names) {
    const std::string size = number(static_cast<std::uint32_t>(bytes.size()), 4);
    const std::string common = number(20, 2) + number(says_utf8 ? 0x800 : 0, 2) + number(0, 2) + number(0, 4) +
                               number(crc_of(bytes), 4) + size + size +
                               number(static_cast<std::uint32_t>(name.size()), 2) + number(0, 2);
    directory += "PK\x01\x02" + number(20, 2) + common + number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4) +
                 number(static_cast<std::uint32_t>(files.size()), 4) + name;
    files += "PK\x03\x04" + common + name + bytes;
  }
  const auto count = number(static_cast<std::uint32_t>(names.size()), 2);
  return files + directory + "PK\x05\x06" + number(0, 4) + count + count +
         number(static_cast<std::uint32_t>(directory.size()), 4) + number(static_cast<std::uint32_t>(files.size()), 4) +
         number(0, 2);
}

/// Names and what is in the files.
using Files = std::vector<std::pair<std::string, std::string>>;

std::string tar_gz_of(const Files& files) {
  std::string out(1u << 20, '\0');
  std::size_t used = 0;
  archive* tar = archive_write_new();
  archive_write_set_format_gnutar(tar);
  archive_write_add_filter_gzip(tar);
  archive_write_open_memory(tar, out.data(), out.size(), &used);
  for (const auto& [name, bytes] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
    archive_write_header(tar, entry);
    archive_write_data(tar, bytes.data(), bytes.size());
    archive_entry_free(entry);
  }
  archive_write_free(tar);
  return out.substr(0, used);
}

std::string tar_gz_of(const std::vector<std::string>& names) {
  Files files;
  for (const std::string& name : names) files.emplace_back(name, picture());
  return tar_gz_of(files);
}

class Importing : public ::testing::Test {
 protected:
  Result<ImportResult> import(const std::string& bytes) {
    AVA_CHECK(file::write_atomic(dir_ / "upload", bytes));
    ImportSpec spec = spec_;
    spec.source = (dir_ / "upload").string();
    spec.target.folder = (dir_ / "out").string();
    return run_import(spec, on_progress_, {}, dir_ / "kept.jsonl");
  }
  /// Two classes below one folder, whatever the packer's encoding: the same dataset.
  void expect_cats_and_dogs(const std::string& bytes) {
    ASSERT_OK_AND(const ImportResult result, import(bytes));
    EXPECT_EQ(result.item_count, 3u);
    EXPECT_EQ(result.reject_count, 0u);
    ASSERT_OK_AND(const std::string stats, file::read(dir_ / "out" / kStatsFile));
    EXPECT_NE(stats.find("\"" + kCat + "\""), std::string::npos) << stats;
    EXPECT_NE(stats.find("\"" + kDog + "\""), std::string::npos) << stats;
    ASSERT_OK_AND(const std::string list, file::read(dir_ / "out" / kListFile));
    EXPECT_NE(list.find("pictures/" + kFolder + "/" + kCat + "/1.png"), std::string::npos) << list;
    EXPECT_TRUE(fs::exists(dir_ / "out" / "pictures" / kFolder / kCat / "1.png"));
    fs::remove_all(dir_ / "out");
  }
  static std::vector<std::string> names(const std::string& folder, const std::string& cat, const std::string& dog) {
    return {folder + "/" + cat + "/1.png", folder + "/" + cat + "/2.png", folder + "/" + dog + "/1.png"};
  }

  ava::testing::TempDir dir_;
  ImportSpec spec_;
  OnProgress on_progress_;
};

TEST_F(Importing, AZipWithChineseNamesInUtf8) {
  expect_cats_and_dogs(zip_of(names(kFolder, kCat, kDog), true));
  expect_cats_and_dogs(zip_of(names(kFolder, kCat, kDog), false));
}

TEST_F(Importing, AZipWithChineseNamesInGb18030) {
  expect_cats_and_dogs(zip_of(names(kFolderGb, kCatGb, kDogGb), false));
}

TEST_F(Importing, ATarGzWithChineseNamesInUtf8) { expect_cats_and_dogs(tar_gz_of(names(kFolder, kCat, kDog))); }

TEST_F(Importing, ATarGzWithChineseNamesInGb18030) {
  expect_cats_and_dogs(tar_gz_of(names(kFolderGb, kCatGb, kDogGb)));
}

TEST_F(Importing, AZipThatIsCutBetweenTwoPicturesIsRefused) {
  const std::string whole = zip_of(names(kFolder, kCat, kDog), true);
  EXPECT_ERROR(import(whole.substr(0, whole.find("PK\x03\x04", 4))), "archive.truncated");
  EXPECT_ERROR(import(whole.substr(0, whole.find("PK\x01\x02"))), "archive.truncated");
  EXPECT_FALSE(fs::exists(dir_ / "out")) << "nothing is visible of it";
}

TEST_F(Importing, AnArchiveOfLabelledPicturesKeepsThePicturesOnly) {
  const std::string xml =
      "<annotation><filename>1.png</filename><size><width>2</width><height>2</height></size><object><name>猫</name>"
      "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>";
  ASSERT_OK_AND(const ImportResult result, import(tar_gz_of({{"set/JPEGImages/1.png", picture()},
                                                             {"set/Annotations/1.xml", xml},
                                                             {"set/ImageSets/Main/val.txt", "1\n"}})));
  EXPECT_EQ(result.kind, "archive");
  EXPECT_EQ(result.importer, "voc");
  EXPECT_EQ(result.item_count, 1u);
  ASSERT_EQ(result.labels.size(), 1u);
  EXPECT_EQ(result.labels[0].key, "detection.class");
  ASSERT_OK_AND(const std::string list, file::read(dir_ / "out" / kListFile));
  EXPECT_NE(list.find("pictures/set/JPEGImages/1.png"), std::string::npos) << list;
  EXPECT_NE(list.find("[[0,0],[2,0],[2,2],[0,2]]"), std::string::npos) << list;
  EXPECT_NE(list.find("\"split\":\"val\""), std::string::npos) << list;
  EXPECT_TRUE(fs::exists(dir_ / "out/pictures/set/JPEGImages/1.png"));
  EXPECT_FALSE(fs::exists(dir_ / "out/pictures/set/Annotations")) << "labels are in the list now";
}

TEST_F(Importing, APictureInsideALabelFileIsUnpacked) {
  const std::string labelme =
      R"({"shapes":[],"imagePath":"gone.gif","imageData":"R0lGODlhAQABAAAAACw=","imageWidth":1,"imageHeight":1})";
  ASSERT_OK_AND(const ImportResult result, import(tar_gz_of(Files{{"x/1.json", labelme}})));
  EXPECT_EQ(result.importer, "labelme");
  EXPECT_TRUE(fs::exists(dir_ / "out/pictures/x/1.gif"));
}

TEST_F(Importing, ALabelFileAloneTakesItsPicturesFromThePrefix) {
  spec_.url_prefix = "qiniu:///b/coco/";
  ASSERT_OK_AND(const ImportResult result,
                import(R"({"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"id":1,"image_id":1,)"
                       R"("category_id":1,"bbox":[1,2,3,4]}],"categories":[{"id":1,"name":"cat"}]})"));
  EXPECT_EQ(result.kind, "file");
  EXPECT_EQ(result.importer, "coco");
  ASSERT_OK_AND(const std::string list, file::read(dir_ / "out" / kListFile));
  EXPECT_NE(list.find("qiniu:///b/coco/a.jpg"), std::string::npos) << list;
  spec_.as = "elephant";
  EXPECT_ERROR(import("{}"), "import.unknown_kind");
}

TEST_F(Importing, EndsItsProgressWithAllOfIt) {
  Progress last;
  on_progress_ = [&](const Progress& progress) { last = progress; };
  ASSERT_OK(import(zip_of(names(kFolder, kCat, kDog), true)));
  EXPECT_EQ(last.phase, "publish");
  EXPECT_EQ(last.done, 3u);
  EXPECT_EQ(last.total, 3u);
}

TEST_F(Importing, WhatWasRejectedIsKeptWhenItFails) {
  EXPECT_ERROR(import("no json\n{\"url\":7}\n"), "list.no_items");
  ASSERT_OK_AND(const std::string kept, file::read(dir_ / "kept.jsonl"));
  EXPECT_EQ(std::count(kept.begin(), kept.end(), '\n'), 2);
  EXPECT_FALSE(fs::exists(dir_ / "out"));
}

}  // namespace
}  // namespace ava::pipeline
