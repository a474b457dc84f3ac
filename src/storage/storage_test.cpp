// What the file driver refuses, and how addresses and urls find their storage. What every storage does: see
// conformance_test.cpp.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/testing.hpp"
#include "storage/all.hpp"
#include "storage/file.hpp"
#include "storage/object_uri.hpp"
#include "storage/resolver.hpp"

namespace ava::storage {
namespace {

namespace fs = std::filesystem;

/// A file storage that starts empty.
struct EmptyRoot {
  ava::testing::TempDir dir;
  std::shared_ptr<Storage> storage;
};

std::unique_ptr<EmptyRoot> empty_root() {
  auto world = std::make_unique<EmptyRoot>();
  world->storage = *open(("file://" + (world->dir / "root").string()));
  return world;
}

TEST(FileStorage, LinksOutOfTheRootAreRefused) {
  const auto world = empty_root();
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
  const auto world = empty_root();
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
  const auto world = empty_root();
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
