// One suite for every driver: what a writer is given, a reader gives back.
#include <fstream>
#include <sstream>

#include "base/file.hpp"
#include "base/testing.hpp"
#include "format/all.hpp"
#include "format/lmdb_env.hpp"

namespace ava::format {
namespace {

Item item_of(std::uint64_t index, std::string bytes, std::uint32_t label, std::string name = "猫/a.jpg") {
  return {.index = index,
          .labels = {.cls = label},
          .bytes = std::make_shared<const std::string>(std::move(bytes)),
          .width = 2,
          .height = 1,
          .name = std::move(name),
          .extension = "jpg"};
}

/// Bytes of sample i: of different lengths, some with the RecordIO magic at an aligned place.
std::string picture(std::uint64_t i) {
  std::string bytes(i % 7 * 4, 'p');
  if (i % 3 == 0) bytes += "\x0a\x23\xd7\xce";
  return bytes + std::string(i % 5, 'q');
}

class EveryFormat : public ::testing::TestWithParam<const Format*> {
 protected:
  /// One class a picture, or where a format is for boxes only, one box.
  void write(std::uint64_t count, std::string_view options = "{}") {
    const Task task = GetParam()->traits().classification ? Task::kClassification : Task::kDetection;
    const SetInfo info{.split = "train", .task = task, .sample_count = count, .classes = {"狗", "猫"}};
    ASSERT_OK_AND(auto writer, GetParam()->make_writer(dir_.path(), info, options));
    for (std::uint64_t i = 0; i < count; ++i) {
      Item item = item_of(i, picture(i), static_cast<std::uint32_t>(i % 2));
      item.labels.objects = {{.cls = item.labels.cls, .box = {0, 0, 2, 1}}};
      ASSERT_OK(writer->append(item));
    }
    ASSERT_OK_AND(files_, writer->finish());
  }
  ava::testing::TempDir dir_;
  std::vector<SetFile> files_;
};

TEST_P(EveryFormat, ReadsBackEverySampleItWrote) {
  write(1234);
  ASSERT_OK_AND(auto reader, GetParam()->open_reader(dir_.path()));
  EXPECT_EQ(reader->count(), 1234u);
  StoredItem item;
  for (std::uint64_t i = 0; i < 1234; ++i) {
    ASSERT_OK_AND(const bool more, reader->next(item));
    ASSERT_TRUE(more);
    ASSERT_EQ(item.index, i);
    const std::int64_t cls = item.objects.empty() ? item.label : item.objects[0].cls;
    ASSERT_EQ(cls, static_cast<std::int64_t>(i % 2));
    ASSERT_EQ(item.bytes, picture(i));
  }
  EXPECT_FALSE(reader->next(item).value());
}

TEST_P(EveryFormat, WritesAnEmptySet) {
  write(0);
  ASSERT_OK_AND(auto reader, GetParam()->open_reader(dir_.path()));
  EXPECT_EQ(reader->count(), 0u);
  StoredItem item;
  EXPECT_FALSE(reader->next(item).value());
}

TEST_P(EveryFormat, ListsItsFilesWithTheirDigests) {
  write(10);
  ASSERT_FALSE(files_.empty());
  for (const SetFile& entry : files_) {
    EXPECT_EQ(entry.bytes, std::filesystem::file_size(dir_ / entry.path)) << entry.path;
    const bool outline = entry.kind == DigestKind::kOutline;
    const auto digest = outline ? GetParam()->outline_of(dir_ / entry.path) : sha256_of_file(dir_ / entry.path);
    EXPECT_EQ(entry.sha256, digest.value()) << entry.path;
  }
}

TEST_P(EveryFormat, KeepsNoByteOutOfAnOutline) {
  write(3);
  for (const SetFile& entry : files_) {
    if (entry.kind != DigestKind::kOutline) continue;
    const std::string good = file::read(dir_ / entry.path).value();
    std::fstream out(dir_ / entry.path, std::ios::in | std::ios::out | std::ios::binary);
    for (std::size_t i = 0; i < good.size(); ++i) {
      const auto at = static_cast<std::streamoff>(i);
      out.seekp(at).put(static_cast<char>(good[i] ^ 0x40)).flush();
      const auto digest = GetParam()->outline_of(dir_ / entry.path);
      EXPECT_FALSE(digest.ok() && *digest == entry.sha256) << entry.path << " at " << i;
      out.seekp(at).put(good[i]).flush();
    }
  }
}

TEST_P(EveryFormat, RefusesUnknownOptions) {
  EXPECT_ERROR(GetParam()->needs_planes(R"({"colour":"red"})"), "field.unknown");
  EXPECT_FALSE(GetParam()->needs_planes("").value());
}

INSTANTIATE_TEST_SUITE_P(All, EveryFormat, ::testing::ValuesIn(all().begin(), all().end()),
                         [](const auto& driver) { return std::string(driver.param->name()); });

TEST(Formats, NamesTheOnesThereAre) {
  const auto missing = find("zarr");
  EXPECT_ERROR(missing, "format.unknown");
  EXPECT_THAT(missing.error().hint(), ::testing::HasSubstr("recordio, lmdb, raw"));
}

TEST(RecordioFormat, IndexNamesTheOffsetOfEachRecord) {
  const ava::testing::TempDir dir;
  ASSERT_OK_AND(auto writer, find("recordio").value()->make_writer(dir.path(), {.sample_count = 3}, ""));
  for (std::uint64_t i = 0; i < 3; ++i) ASSERT_OK(writer->append(item_of(i, "11234678", 0)));
  ASSERT_OK(writer->finish());
  EXPECT_EQ(file::read(dir / "cache/data.idx").value(), "0\t0\n1\t40\n2\t80\n");
}

TEST(RawFormat, WritesTheIndexOfTheManual) {
  const ava::testing::TempDir dir;
  ASSERT_OK_AND(auto writer, find("raw").value()->make_writer(dir.path(), {.sample_count = 1}, ""));
  ASSERT_OK(writer->append(item_of(0, "jpeg", 3)));
  ASSERT_OK(writer->finish());
  EXPECT_EQ(file::read(dir / "samples/index.lst").value(), "{\"url\":\"samples/000000.jpg\",\"label\":3}\n");
  EXPECT_EQ(file::read(dir / "samples/000000.jpg").value(), "jpeg");
}

TEST(LmdbFormat, KeysCarryPositionAndPathAndAreCutAtACharacter) {
  const ava::testing::TempDir dir;
  ASSERT_OK_AND(auto writer, find("lmdb").value()->make_writer(dir.path(), {.sample_count = 13}, ""));
  std::string long_name;
  for (int i = 0; i < 300; ++i) long_name += "猫";
  for (std::uint64_t i = 0; i < 13; ++i)
    ASSERT_OK(writer->append(item_of(i, "x", 0, i == 12 ? "train/a.jpg" : long_name)));
  ASSERT_OK(writer->finish());
  ASSERT_OK_AND(auto cursor, LmdbCursor::open(dir / "cache"));
  std::string_view key;
  std::string_view value;
  ASSERT_TRUE(cursor.next(key, value).value());
  EXPECT_EQ(key.size(), 510u);  // 9 + 167 characters of 3 bytes
  EXPECT_TRUE(file::is_utf8(key));
  for (int i = 1; i < 13; ++i) ASSERT_TRUE(cursor.next(key, value).value());
  EXPECT_EQ(key, "00000012_train/a.jpg");
}

TEST(LmdbFormat, RawEncodingStoresPlanesAndTheirShape) {
  const ava::testing::TempDir dir;
  const Format* lmdb = find("lmdb").value();
  EXPECT_TRUE(lmdb->needs_planes(R"({"encoding":"raw"})").value());
  ASSERT_OK_AND(auto writer, lmdb->make_writer(dir.path(), {.sample_count = 1}, R"({"encoding":"raw"})"));
  Item item = item_of(0, "jpeg", 7);
  item.planes = std::make_shared<const std::string>("BbGgRr");
  ASSERT_OK(writer->append(item));
  ASSERT_OK(writer->finish());
  ASSERT_OK_AND(auto reader, lmdb->open_reader(dir.path()));
  StoredItem back;
  ASSERT_TRUE(reader->next(back).value());
  EXPECT_TRUE(back.is_planes);
  EXPECT_EQ(back.bytes, "BbGgRr");
}

TEST(LmdbCursor, RefusesAStoreThatIsCutShort) {
  const ava::testing::TempDir dir;
  ASSERT_OK_AND(auto writer, find("lmdb").value()->make_writer(dir.path(), {.sample_count = 300}, ""));
  for (std::uint64_t i = 0; i < 300; ++i) ASSERT_OK(writer->append(item_of(i, std::string(3000, 'x'), 0)));
  ASSERT_OK(writer->finish());
  std::filesystem::resize_file(dir / "cache/data.mdb", 100'000);
  EXPECT_ERROR(LmdbCursor::open(dir / "cache"), "lmdb.corrupt");
  EXPECT_ERROR(LmdbCursor::open(dir / "nowhere"), "file.not_found");
}

}  // namespace
}  // namespace ava::format
