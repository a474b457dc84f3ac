// What every storage does: one suite for all drivers; a driver joins by one line. s3 is asked of a real server and Kodo
// of the test double tests/support/kodo, whose addresses are in AVA_TEST_S3 and AVA_TEST_KODO; without them those are
// skipped. tests/conformance/storage_test.py starts both.
#include <cstdlib>
#include <thread>

#include "base/id.hpp"
#include "base/testing.hpp"
#include "storage/all.hpp"
#include "storage/probe.hpp"
#include "storage/s3.hpp"

namespace ava::storage {
namespace {

/// A writable storage that starts empty.
struct World {
  ava::testing::TempDir dir;
  std::shared_ptr<Storage> storage;
  std::shared_ptr<Storage> stranger;  ///< the same place with keys that are wrong; null where there are no keys
};
using MakeWorld = std::unique_ptr<World> (*)();

std::unique_ptr<World> file_world() {
  auto world = std::make_unique<World>();
  world->storage = *open(("file://" + (world->dir / "root").string()));
  return world;
}

std::unique_ptr<World> s3_world() {
  const char* endpoint = std::getenv("AVA_TEST_S3");  // NOLINT(concurrency-mt-unsafe)
  if (endpoint == nullptr) return nullptr;
  const remote::Credentials keys{"ava:admin", "secretkey", ""};
  const std::string uri = "s3://conformance/" + random_hex(8) + "?endpoint=" + endpoint;
  static const bool made = [&] {
    remote::S3Config config = *parse_s3_uri(uri);
    config.keys = keys;
    return remote::S3Client(config, {}).send("PUT", "").ok();
  }();
  EXPECT_TRUE(made);
  auto world = std::make_unique<World>();
  world->storage = *open(uri, {.keys = keys});
  world->stranger = *open(uri, {.keys = remote::Credentials{"ava:admin", "geheimnis", ""}});
  return world;
}

std::unique_ptr<World> kodo_world() {
  const char* endpoint = std::getenv("AVA_TEST_KODO");  // NOLINT(concurrency-mt-unsafe)
  if (endpoint == nullptr) return nullptr;
  const std::string uri = "qiniu://138@z0/bkt/" + random_hex(8) + "?endpoint=" + endpoint;
  auto world = std::make_unique<World>();
  world->storage = *open(uri, {.keys = remote::Credentials{"ak_test", "sk_test", ""}});
  world->stranger = *open(uri, {.keys = remote::Credentials{"ak_test", "geheimnis", ""}});
  return world;
}

class Conformance : public ::testing::TestWithParam<std::pair<const char*, MakeWorld>> {
 protected:
  void SetUp() override {
    world = GetParam().second();
    if (world == nullptr) GTEST_SKIP() << "no server for this driver: run tests/conformance/storage_test.py";
  }
  std::unique_ptr<World> world;
  Storage& storage() { return *world->storage; }
  std::vector<std::string> keys(const ListQuery& query) {
    std::vector<std::string> found;
    const Page page = *storage().list(query);
    for (const auto& item : page.items) found.push_back(item.key);
    return found;
  }
};

TEST_P(Conformance, ReadsBackWhatWasWritten) {
  const std::string bytes("a\0b\xFF", 4);
  ASSERT_OK(put(storage(), "数据/猫 1.bin", bytes));
  ASSERT_OK_AND(const std::string back, storage().read("数据/猫 1.bin", 100));
  EXPECT_EQ(back, bytes);
  ASSERT_OK_AND(const ObjectInfo info, storage().stat("数据/猫 1.bin"));
  EXPECT_EQ(info.size_bytes, 4u);
  EXPECT_GT(info.modified_ms, 0);
  EXPECT_ERROR(storage().read("数据/猫 1.bin", 3), "object.too_large");
  ASSERT_OK(put(storage(), "empty", ""));
  EXPECT_EQ(*storage().read("empty", 0), "");
}

TEST_P(Conformance, AbsentObjectsAreNotFound) {
  EXPECT_ERROR(storage().read("no/such", 1), "object.not_found");
  EXPECT_ERROR(storage().open("no/such"), "object.not_found");
  EXPECT_ERROR(storage().stat("no"), "object.not_found");
  EXPECT_OK(storage().remove("no/such"));
  EXPECT_OK(storage().remove_tree("no"));
  EXPECT_TRUE(keys({.prefix = "no/"}).empty());
}

TEST_P(Conformance, NothingIsVisibleBeforeCommit) {
  ASSERT_OK(put(storage(), "a/x", "old"));
  {
    ASSERT_OK_AND(const auto writer, storage().create("a/x"));
    ASSERT_OK(writer->write("new"));
    EXPECT_EQ(*storage().read("a/x", 10), "old");
    EXPECT_THAT(keys({}), ::testing::ElementsAre("a/x"));
  }
  EXPECT_EQ(*storage().read("a/x", 10), "old");
  ASSERT_OK_AND(const auto writer, storage().create("a/x"));
  ASSERT_OK(writer->write("n"));
  ASSERT_OK(writer->write("ew"));
  ASSERT_OK(writer->commit());
  EXPECT_EQ(*storage().read("a/x", 10), "new");
}

TEST_P(Conformance, StreamsAndSeeks) {
  std::string big;
  for (int i = 0; i < 300000; ++i) big.push_back(static_cast<char>(i * 7));
  ASSERT_OK(put(storage(), "big", big));
  ASSERT_OK_AND(const auto reader, storage().open("big"));
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
    ASSERT_OK(put(storage(), key, "x"));
  }
  const std::vector<std::string> all = {"a-b", "a.txt", "a/1/x/y", "a/2", "a0", "b", "猫/1"};
  EXPECT_EQ(keys({}), all);
  for (const std::size_t limit : {1u, 2u, 3u}) {
    std::vector<std::string> paged;
    ListQuery query{.limit = limit};
    for (;;) {
      ASSERT_OK_AND(const Page page, storage().list(query));
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
  for (const char* key : {"t/1", "t/2/3", "t2/x"}) ASSERT_OK(put(storage(), key, "x"));
  ASSERT_OK(storage().remove("t/1"));
  EXPECT_THAT(keys({}), ::testing::ElementsAre("t/2/3", "t2/x"));
  ASSERT_OK(storage().remove_tree("t/"));
  EXPECT_THAT(keys({}), ::testing::ElementsAre("t2/x"));
  EXPECT_ERROR(storage().remove_tree(""), "storage.bad_key");
}

TEST_P(Conformance, RefusesPathTricks) {
  for (const char* key : {"../x", "a/../../x", "/etc/passwd", "a//b", "", ".", "a/./b", "a\nb", "a\\b"}) {
    EXPECT_ERROR(storage().create(key), "storage.bad_key");
    EXPECT_ERROR(storage().remove(key), "storage.bad_key");
  }
  EXPECT_ERROR(storage().read("../x", 1), "storage.bad_key");
}

TEST_P(Conformance, ManyWritersOfOneKeyLeaveOneWholeObject) {
  std::vector<std::jthread> writers;
  for (int i = 0; i < 4; ++i)
    writers.emplace_back([&, i] {
      for (int k = 0; k < 10; ++k)
        EXPECT_OK(put(storage(), "same/key", std::string(10000, static_cast<char>('a' + i))));
    });
  writers.clear();
  ASSERT_OK_AND(const std::string bytes, storage().read("same/key", 20000));
  EXPECT_EQ(bytes, std::string(10000, bytes[0]));
}

TEST_P(Conformance, KeepsOddNames) {
  const std::vector<std::string> odd = {"%41.jpg",     "a&b=c?d#e",       "a+b c.txt",
                                        "quote'\"<x>", "图片/猫 (1).jpg", "~-_.!*"};
  for (const std::string& key : odd) ASSERT_OK(put(storage(), key, key));
  for (const std::string& key : odd) {
    EXPECT_EQ(*storage().read(key, 100), key);
    EXPECT_EQ(storage().stat(key)->size_bytes, key.size());
  }
  EXPECT_THAT(keys({}), ::testing::UnorderedElementsAreArray(odd));
  EXPECT_THAT(keys({.prefix = "a+"}), ::testing::ElementsAre("a+b c.txt"));
  for (const std::string& key : odd) EXPECT_OK(storage().remove(key));
  EXPECT_TRUE(keys({}).empty());
}

TEST_P(Conformance, LargeObjectsAppearWholeOrNotAtAll) {
  std::string big(21u << 20, '\0');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 2654435761u >> 24);
  ASSERT_OK(put(storage(), "big", "old"));
  {
    ASSERT_OK_AND(const auto writer, storage().create("big"));
    ASSERT_OK(writer->write(big));
    EXPECT_EQ(*storage().read("big", 10), "old");
  }
  EXPECT_EQ(*storage().read("big", 10), "old");
  ASSERT_OK_AND(const auto writer, storage().create("big"));
  for (std::size_t at = 0; at < big.size(); at += 1000003)
    ASSERT_OK(writer->write(std::string_view(big).substr(at, 1000003)));
  ASSERT_OK(writer->commit());
  EXPECT_TRUE(*storage().read("big", 30u << 20) == big);
  EXPECT_EQ(storage().stat("big")->size_bytes, big.size());
  ASSERT_OK_AND(const auto reader, storage().open("big"));
  std::string back;
  std::string block(300007, '\0');
  for (;;) {
    ASSERT_OK_AND(const std::size_t n, reader->read(block.data(), block.size()));
    if (n == 0) break;
    back.append(block, 0, n);
  }
  EXPECT_TRUE(back == big);
  ASSERT_OK_AND(const std::size_t n, reader->read_at((20u << 20) + 7, block.data(), 1000));
  EXPECT_EQ(block.substr(0, n), big.substr((20u << 20) + 7, 1000));
  EXPECT_EQ(*reader->read_at(big.size(), block.data(), 10), 0u);
}

TEST_P(Conformance, AnEmptyObjectIsAnObject) {
  ASSERT_OK(put(storage(), "e/empty", ""));
  ASSERT_OK_AND(const auto reader, storage().open("e/empty"));
  char byte = 0;
  EXPECT_EQ(*reader->read(&byte, 1), 0u);
  EXPECT_EQ(reader->size_bytes(), 0u);
  EXPECT_THAT(keys({.prefix = "e/"}), ::testing::ElementsAre("e/empty"));
}

TEST_P(Conformance, ManyReadersAtOnce) {
  for (int i = 0; i < 8; ++i)
    ASSERT_OK(put(storage(), "m/" + std::to_string(i), std::string(1000, static_cast<char>('a' + i))));
  std::vector<std::jthread> readers;
  for (int t = 0; t < 16; ++t)
    readers.emplace_back([&, t] {
      for (int i = 0; i < 8; ++i) {
        const auto bytes = storage().read("m/" + std::to_string((i + t) % 8), 1000);
        EXPECT_OK(bytes);
        if (bytes.ok()) EXPECT_EQ(*bytes, std::string(1000, static_cast<char>('a' + (i + t) % 8)));
      }
    });
}

TEST_P(Conformance, TheProbeProvesItAndLeavesNothing) {
  EXPECT_OK(probe(storage()));
  EXPECT_TRUE(keys({}).empty());
}

TEST_P(Conformance, WrongKeysAreDeniedAndNotRepeated) {
  if (world->stranger == nullptr) GTEST_SKIP() << "this driver has no keys";
  ASSERT_OK(put(storage(), "mine", "x"));
  const auto check = [](const auto& result) {
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code(), ErrorCode::kPermissionDenied) << result.error().text();
    EXPECT_EQ((result.error().text() + result.error().hint()).find("geheimnis"), std::string::npos);
  };
  check(world->stranger->read("mine", 10));
  check(world->stranger->open("mine"));
  check(world->stranger->stat("mine"));
  check(world->stranger->list({}));
  check(world->stranger->remove("mine"));
  check(put(*world->stranger, "mine", "theirs"));
  const auto refused = probe(*world->stranger);
  check(refused);
  EXPECT_EQ(refused.error().details().at("step"), "write");
  EXPECT_EQ(*storage().read("mine", 10), "x");
}

INSTANTIATE_TEST_SUITE_P(Drivers, Conformance,
                         ::testing::Values(std::pair("file", &file_world), std::pair("s3", &s3_world),
                                           std::pair("kodo", &kodo_world)),
                         [](const auto& driver) { return driver.param.first; });

TEST(S3, AddressesSignedInAdvanceWorkForAnybody) {
  const auto world = s3_world();
  if (world == nullptr) GTEST_SKIP() << "no server for this driver: run tests/conformance/storage_test.py";
  remote::S3Config config =
      *parse_s3_uri(std::string("s3://conformance/presigned?endpoint=") + std::getenv("AVA_TEST_S3"));
  config.keys = {"ava:admin", "secretkey", ""};
  const remote::RemoteClient anybody{remote::RemoteOptions{}};
  const auto send = [&](std::string_view method, const std::string& url, std::string_view body) {
    return *anybody.send(
        [&] { return remote::RemoteRequest{.method = std::string(method), .url = url, .body = body}; });
  };
  const auto minute = std::chrono::seconds(60);
  EXPECT_EQ(send("PUT", *presign_s3(config, "PUT", "猫 1", minute), "miau").status, 200);
  const std::string get = *presign_s3(config, "GET", "猫 1", minute);
  EXPECT_EQ(send("GET", get, "").body, "miau");
  EXPECT_GE(send("GET", get + "0", "").status, 400);
  EXPECT_GE(send("DELETE", get, "").status, 400);
}

}  // namespace
}  // namespace ava::storage
