// What tests say about Results, and a temporary folder that cleans up after itself.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/result.hpp"

#define EXPECT_OK(...)                                                                     \
  do {                                                                                     \
    const auto& ava_ok_ = (__VA_ARGS__);                                                   \
    EXPECT_TRUE(ava_ok_.ok()) << ava_ok_.error().slug() << ": " << ava_ok_.error().text(); \
  } while (false)
#define ASSERT_OK(...)                                                                     \
  do {                                                                                     \
    const auto& ava_ok_ = (__VA_ARGS__);                                                   \
    ASSERT_TRUE(ava_ok_.ok()) << ava_ok_.error().slug() << ": " << ava_ok_.error().text(); \
  } while (false)
#define EXPECT_ERROR(expr, expected_slug)                                         \
  do {                                                                            \
    const auto& ava_bad_ = (expr);                                                \
    ASSERT_FALSE(ava_bad_.ok()) << "expected " << expected_slug;                  \
    EXPECT_EQ(ava_bad_.error().slug(), expected_slug) << ava_bad_.error().text(); \
  } while (false)
#define ASSERT_OK_AND_2(tmp, decl, ...)                                      \
  auto tmp = (__VA_ARGS__);                                                  \
  ASSERT_TRUE(tmp.ok()) << tmp.error().slug() << ": " << tmp.error().text(); \
  decl = *std::move(tmp)
#define ASSERT_OK_AND(decl, ...) ASSERT_OK_AND_2(AVA_CONCAT(ava_value_, __COUNTER__), decl, __VA_ARGS__)

namespace ava::testing {

/// A new empty folder, removed with everything in it at the end of the test.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "ava-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace ava::testing
