// Archives of pictures become datasets: names in UTF-8 and GB18030, archives that are cut, work that fails.
#include "pipeline/import_run.hpp"

#include <array>
#include <fstream>
#include <functional>

#include "base/file.hpp"
#include "base/testing.hpp"
#include "image/codec.hpp"
#include "pipeline/worker_run.hpp"

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

std::string tar_gz_of(const std::vector<std::string>& names) {
  std::string out(1u << 20, '\0');
  std::size_t used = 0;
  archive* tar = archive_write_new();
  archive_write_set_format_gnutar(tar);
  archive_write_add_filter_gzip(tar);
  archive_write_open_memory(tar, out.data(), out.size(), &used);
  const std::string bytes = picture();
  for (const std::string& name : names) {
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

class Importing : public ::testing::Test {
 protected:
  Result<ImportResult> import(const std::string& bytes) {
    AVA_CHECK(file::write_atomic(dir_ / "upload", bytes));
    ImportSpec spec;
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
