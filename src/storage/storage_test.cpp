// What every storage does (the conformance suite; a driver joins by one line) and what the file driver refuses.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/testing.hpp"
#include "storage/all.hpp"
#include "storage/file.hpp"
#include "storage/object_uri.hpp"
#include "storage/resolver.hpp"

namespace ava::storage {
namespace {

namespace fs = std::filesystem;

/// A writable storage that starts empty.
struct World {
  ava::testing::TempDir dir;
  std::shared_ptr<Storage> storage;
};
using MakeWorld = std::unique_ptr<World> (*)();

std::unique_ptr<World> file_world() {
  auto world = std::make_unique<World>();
  world->storage = *open(("file://" + (world->dir / "root").string()));
  return world;
}

class Conformance : public ::testing::TestWithParam<std::pair<const char*, MakeWorld>> {
 protected:
  std::unique_ptr<World> world = GetParam().second();
  Storage& storage = *world->storage;
  std::vector<std::string> keys(const ListQuery& query) {
    std::vector<std::string> found;
    const Page page = *storage.list(query);
    for (const auto& item : page.items) found.push_back(item.key);
    return found;
  }
};

TEST_P(Conformance, ReadsBackWhatWasWritten) {
  const std::string bytes("a\0b\xFF", 4);
  ASSERT_OK(put(storage, "数据/猫 1.bin", bytes));
  ASSERT_OK_AND(const std::string back, storage.read("数据/猫 1.bin", 100));
  EXPECT_EQ(back, bytes);
  ASSERT_OK_AND(const ObjectInfo info, storage.stat("数据/猫 1.bin"));
  EXPECT_EQ(info.size_bytes, 4u);
  EXPECT_GT(info.modified_ms, 0);
  EXPECT_ERROR(storage.read("数据/猫 1.bin", 3), "object.too_large");
  ASSERT_OK(put(storage, "empty", ""));
  EXPECT_EQ(*storage.read("empty", 0), "");
}

TEST_P(Conformance, AbsentObjectsAreNotFound) {
  EXPECT_ERROR(storage.read("no/such", 1), "object.not_found");
  EXPECT_ERROR(storage.open("no/such"), "object.not_found");
  EXPECT_ERROR(storage.stat("no"), "object.not_found");
  EXPECT_OK(storage.remove("no/such"));
  EXPECT_OK(storage.remove_tree("no"));
  EXPECT_TRUE(keys({.prefix = "no/"}).empty());
}

TEST_P(Conformance, NothingIsVisibleBeforeCommit) {
  ASSERT_OK(put(storage, "a/x", "old"));
  {
    ASSERT_OK_AND(const auto writer, storage.create("a/x"));
    ASSERT_OK(writer->write("new"));
    EXPECT_EQ(*storage.read("a/x", 10), "old");
    EXPECT_THAT(keys({}), ::testing::ElementsAre("a/x"));
  }
  EXPECT_EQ(*storage.read("a/x", 10), "old");
  ASSERT_OK_AND(const auto writer, storage.create("a/x"));
  ASSERT_OK(writer->write("n"));
  ASSERT_OK(writer->write("ew"));
  ASSERT_OK(writer->commit());
  EXPECT_EQ(*storage.read("a/x", 10), "new");
}

TEST_P(Conformance, StreamsAndSeeks) {
  std::string big;
  for (int i = 0; i < 300000; ++i) big.push_back(static_cast<char>(i * 7));
  ASSERT_OK(put(storage, "big", big));
  ASSERT_OK_AND(const auto reader, storage.open("big"));
  EXPECT_EQ(reader->size_bytes(), big.size());
  std::string got;
  char block[4096];
  for (;;) {
    ASSERT_OK_AND(const std::size_t n, reader->read(block, sizeof block));
    if (n == 0) break;
    got.append(block, n);
  }
  EXPECT_EQ(got, big);
  ASSERT_OK_AND(const std::size_t n, reader->read_at(299990, block, 100));
  EXPECT_EQ(std::string(block, n), big.substr(299990));
}

TEST_P(Conformance, ListsInByteOrderPageByPage) {
  for (const char* key : {"b", "a/2", "a/1", "a-b", "a/1/x/y", "a0", "猫/1", "a.txt"}) {
    if (std::string(key) == "a/1") continue;  // no key is a folder of another on a file system
    ASSERT_OK(put(storage, key, "x"));
  }
  const std::vector<std::string> all = {"a-b", "a.txt", "a/1/x/y", "a/2", "a0", "b", "猫/1"};
  EXPECT_EQ(keys({}), all);
  for (const std::size_t limit : {1u, 2u, 3u}) {
    std::vector<std::string> paged;
    ListQuery query{.limit = limit};
    for (;;) {
      ASSERT_OK_AND(const Page page, storage.list(query));
      EXPECT_LE(page.items.size(), limit);
      for (const auto& item : page.items) paged.push_back(item.key);
      if (page.next_cursor.empty()) break;
      query.cursor = page.next_cursor;
    }
    EXPECT_EQ(paged, all);
  }
  EXPECT_THAT(keys({.prefix = "a/"}), ::testing::ElementsAre("a/1/x/y", "a/2"));
  EXPECT_THAT(keys({.prefix = "a"}), ::testing::SizeIs(5));
  EXPECT_THAT(keys({.folders = true}), ::testing::ElementsAre("a-b", "a.txt", "a/", "a0", "b", "猫/"));
  EXPECT_THAT(keys({.prefix = "a/", .folders = true}), ::testing::ElementsAre("a/1/", "a/2"));
}

TEST_P(Conformance, RemovesObjectsAndTrees) {
  for (const char* key : {"t/1", "t/2/3", "t2/x"}) ASSERT_OK(put(storage, key, "x"));
  ASSERT_OK(storage.remove("t/1"));
  EXPECT_THAT(keys({}), ::testing::ElementsAre("t/2/3", "t2/x"));
  ASSERT_OK(storage.remove_tree("t/"));
  EXPECT_THAT(keys({}), ::testing::ElementsAre("t2/x"));
  EXPECT_ERROR(storage.remove_tree(""), "storage.bad_key");
}

TEST_P(Conformance, RefusesPathTricks) {
  for (const char* key : {"../x", "a/../../x", "/etc/passwd", "a//b", "", ".", "a/./b", "a\nb", "a\\b"}) {
    EXPECT_ERROR(storage.create(key), "storage.bad_key");
    EXPECT_ERROR(storage.remove(key), "storage.bad_key");
  }
  EXPECT_ERROR(storage.read("../x", 1), "storage.bad_key");
}

TEST_P(Conformance, ManyWritersOfOneKeyLeaveOneWholeObject) {
  std::vector<std::jthread> writers;
  for (int i = 0; i < 4; ++i)
    writers.emplace_back([&, i] {
      for (int k = 0; k < 10; ++k) EXPECT_OK(put(storage, "same/key", std::string(10000, static_cast<char>('a' + i))));
    });
  writers.clear();
  ASSERT_OK_AND(const std::string bytes, storage.read("same/key", 20000));
  EXPECT_EQ(bytes, std::string(10000, bytes[0]));
}

INSTANTIATE_TEST_SUITE_P(Drivers, Conformance, ::testing::Values(std::pair("file", &file_world)),
                         [](const auto& driver) { return driver.param.first; });

TEST(FileStorage, LinksOutOfTheRootAreRefused) {
  const auto world = file_world();
  std::ofstream(world->dir / "secret") << "s";
  fs::create_directories(world->dir / "outside");
  ASSERT_OK(put(*world->storage, "in/real", "r"));
  fs::create_symlink(world->dir / "secret", world->dir / "root/in/leak");
  fs::create_directory_symlink(world->dir / "outside", world->dir / "root/out");
  fs::create_symlink("real", world->dir / "root/in/alias");
  EXPECT_ERROR(world->storage->read("in/leak", 10), "storage.outside_root");
  EXPECT_ERROR(put(*world->storage, "out/x", "y"), "storage.outside_root");
  EXPECT_FALSE(fs::exists(world->dir / "outside/x"));
  EXPECT_EQ(*world->storage->read("in/alias", 10), "r");
  EXPECT_ERROR(world->storage->list({.prefix = "out/"}), "storage.outside_root");
  ASSERT_OK_AND(const Page page, world->storage->list({}));
  for (const auto& item : page.items) EXPECT_FALSE(item.key.starts_with("out/"));
}

TEST(FileStorage, AFifoDoesNotHangTheReader) {
  const auto world = file_world();
  ASSERT_EQ(::mkfifo((world->dir / "root/pipe").c_str(), 0600), 0);
  EXPECT_ERROR(world->storage->read("pipe", 10), "object.not_found");
}

TEST(Open, NamesUnknownSchemes) {
  EXPECT_ERROR(open("s4://bucket"), "storage.unknown_scheme");
  EXPECT_ERROR(open("nonsense"), "storage.bad_uri");
  EXPECT_ERROR(open("/no/such/folder", {.create_root = false}), "storage.root_missing");
}

TEST(ObjectUri, ReadsAllForms) {
  const auto parse = [](std::string_view url) { return *parse_uri(url); };
  EXPECT_EQ(parse("qiniu:///bkt/a/b c.jpg").bucket, "bkt");
  EXPECT_EQ(parse("qiniu:///bkt/a/b c.jpg").key, "a/b c.jpg");
  EXPECT_EQ(parse("qiniu://138@z0/bkt/k").bucket, "bkt");
  EXPECT_EQ(parse("qiniu://138@z0/bkt/k").zone, "z0");
  EXPECT_EQ(parse("qiniu://138@/bkt/k").uid, "138");
  EXPECT_EQ(parse("https://h/x").kind, UriKind::kHttp);
  EXPECT_EQ(parse("file:///a/b").key, "/a/b");
  EXPECT_EQ(parse("图/1.jpg").kind, UriKind::kRelative);
  EXPECT_ERROR(parse_uri("didi:///x/y"), "unknown_scheme");
  EXPECT_ERROR(parse_uri(""), "url_missing");
  ObjectUri other;
  EXPECT_TRUE(second_reading(parse("qiniu:///z0/bkt/k/1"), other));
  EXPECT_EQ(other.bucket, "bkt");
  EXPECT_EQ(percent_decode("%E7%8C%AB%2%41"), "猫%2A");
  EXPECT_EQ(percent_encode_path("猫/a b"), "%E7%8C%AB/a%20b");
}

TEST(Resolver, FindsBytesOrSaysWhyNot) {
  const auto world = file_world();
  ASSERT_OK(put(*world->storage, "a/猫 1.jpg", "cat"));
  ASSERT_OK(put(*world->storage, "a/%41.jpg", "raw"));
  std::ofstream(world->dir / "local.jpg") << "local";
  ResolverOptions options;
  options.buckets["bkt"] = world->storage;
  options.allow_http = false;
  options.local_roots = {world->dir.path()};
  ASSERT_OK_AND(const auto resolver, Resolver::make(options));
  const auto fetch = [&](const std::string& url) { return resolver->fetch(url, 100); };
  EXPECT_EQ(*fetch("qiniu:///bkt/a/猫 1.jpg"), "cat");
  EXPECT_EQ(*fetch("qiniu:///bkt/a/%E7%8C%AB%201.jpg"), "cat");
  EXPECT_EQ(*fetch("qiniu:///bkt/a/%41.jpg"), "raw");
  EXPECT_EQ(*fetch("qiniu:///z0/bkt/a/猫 1.jpg"), "cat");
  EXPECT_EQ(*fetch("file://" + (world->dir / "local.jpg").string()), "local");
  EXPECT_ERROR(fetch("qiniu:///other/x"), "bucket_unknown");
  EXPECT_ERROR(fetch("/etc/passwd"), "url_local_path");
  EXPECT_ERROR(fetch((world->dir / "../../etc/passwd").string()), "storage.bad_key");
  EXPECT_ERROR(fetch("1.jpg"), "url_relative");
  EXPECT_ERROR(fetch("http://h/x"), "http_not_allowed");
  EXPECT_ERROR(fetch("qiniu:///bkt/none"), "object.not_found");
}

TEST(Resolver, OfflineToolReadsBesideTheList) {
  const ava::testing::TempDir dir;
  std::ofstream(dir / "1.jpg") << "x";
  ResolverOptions options;
  options.base_folder = dir.path();
  ASSERT_OK_AND(const auto resolver, Resolver::make(options));
  EXPECT_EQ(*resolver->fetch("./1.jpg", 10), "x");
  EXPECT_ERROR(resolver->fetch("../1.jpg", 10), "storage.bad_key");
}

}  // namespace
}  // namespace ava::storage
