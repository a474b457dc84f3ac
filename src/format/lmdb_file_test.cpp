// LMDB files written without LMDB: liblmdb reads them at every depth, and their outline misses no byte.
#include "format/lmdb_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <tuple>

#include "base/testing.hpp"
#include "format/datum.hpp"
#include "format/lmdb_env.hpp"

namespace ava::format {
namespace {

std::string picture_of(int number, std::size_t bytes) {
  return std::string(bytes, static_cast<char>('a' + number % 26));
}

/// A store of `count` records with keys and pictures of such lengths.
void write_store(const std::filesystem::path& folder, int count, std::size_t key_bytes, std::size_t picture_bytes) {
  ASSERT_OK_AND(auto file, LmdbFile::create(folder / "data.mdb"));
  for (int i = 0; i < count; ++i) {
    std::string key = std::to_string(100'000 + i);
    key.resize(key_bytes, 'k');
    const auto picture = std::make_shared<const std::string>(picture_of(i, picture_bytes));
    const AroundData around = around_data(Datum{.data = *picture, .label = i, .encoded = true});
    ASSERT_OK(file.append(key, around.head, picture, std::nullopt, around.tail));
  }
  ASSERT_OK(file.close());
  EXPECT_EQ(file.bytes(), std::filesystem::file_size(folder / "data.mdb"));
  EXPECT_EQ(file.digest(), lmdb_outline_of(folder / "data.mdb").value());
}

void expect_store(const std::filesystem::path& folder, int count, std::size_t picture_bytes) {
  ASSERT_OK_AND(auto cursor, LmdbCursor::open(folder));
  EXPECT_EQ(cursor.count(), static_cast<std::uint64_t>(count));
  std::string_view key;
  std::string_view value;
  for (int i = 0; i < count; ++i) {
    ASSERT_TRUE(cursor.next(key, value).value());
    EXPECT_EQ(key.substr(0, 6), std::to_string(100'000 + i));
    ASSERT_OK_AND(const Datum datum, decode_datum(value));
    EXPECT_EQ(datum.label, i);
    EXPECT_EQ(datum.data, picture_of(i, picture_bytes));
  }
  EXPECT_FALSE(cursor.next(key, value).value());
}

/// Pictures in the leaf and on pages of their own, trees of no level up to four, branches with one child too many.
TEST(LmdbFile, IsReadByLmdbWhateverItsSize) {
  const std::tuple<int, std::size_t, std::size_t> kShapes[] = {
      {0, 8, 0},     {1, 8, 10},      {1, 8, 100'000},  {3, 511, 1'500}, {14, 511, 10},  {50, 511, 1},
      {57, 511, 10}, {120, 9, 2'005}, {1'000, 511, 40}, {900, 12, 33},   {60, 20, 5'000}};
  for (const auto& [count, key_bytes, picture_bytes] : kShapes) {
    SCOPED_TRACE(fmt::format("{} records, keys of {}, pictures of {}", count, key_bytes, picture_bytes));
    const ava::testing::TempDir dir;
    write_store(dir.path(), count, key_bytes, picture_bytes);
    expect_store(dir.path(), count, picture_bytes);
  }
}

TEST(LmdbFile, RefusesKeysThatLmdbCouldNotFind) {
  const ava::testing::TempDir dir;
  ASSERT_OK_AND(auto file, LmdbFile::create(dir / "data.mdb"));
  const auto body = std::make_shared<const std::string>("x");
  ASSERT_OK(file.append("b", "", body, std::nullopt, ""));
  EXPECT_ERROR(file.append("b", "", body, std::nullopt, ""), "lmdb.failed");
  EXPECT_ERROR(file.append("a", "", body, std::nullopt, ""), "lmdb.failed");
  EXPECT_ERROR(file.append(std::string(512, 'c'), "", body, std::nullopt, ""), "lmdb.key_too_long");
}

/// Not the padding, not the meta pages, not the pictures.
TEST(LmdbFile, NoByteIsOutsideItsOutline) {
  const ava::testing::TempDir dir;
  write_store(dir.path(), 8, 20, 5'000);
  const Digest before = lmdb_outline_of(dir / "data.mdb").value();
  auto flip = [file = std::fstream(dir / "data.mdb", std::ios::in | std::ios::out | std::ios::binary)](
                  std::uint64_t at) mutable {
    char byte = 0;
    file.seekg(static_cast<std::streamoff>(at)).get(byte);
    file.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(byte ^ 0x10)).flush();
  };
  const std::uint64_t bytes = std::filesystem::file_size(dir / "data.mdb");
  for (std::uint64_t at = 7; at < bytes; at += 509) {
    flip(at);
    const auto now = lmdb_outline_of(dir / "data.mdb");
    EXPECT_TRUE(!now.ok() || *now != before) << "byte " << at;
    flip(at);
  }
  EXPECT_EQ(lmdb_outline_of(dir / "data.mdb").value(), before);
}

}  // namespace
}  // namespace ava::format
