// LMDB behind RAII and Results: an append-only store being filled, and a store being walked.
// Only lmdb_env.cpp includes lmdb.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/result.hpp"

namespace ava::format {

/// Longest key LMDB takes.
inline constexpr std::size_t kLmdbMaxKey = 511;

/// Appends records in key order and ends as a compact `data.mdb` with its `lock.mdb`.
/// Memory: one transaction (1000 records or 32 MiB, whichever comes first). Errors: `file.no_space`, `file.io`,
/// `lmdb.failed`.
class LmdbAppender {
 public:
  /// `scratch` is made for the growing store and removed by finish(); `expected_bytes` sizes the first map.
  static Result<LmdbAppender> create(const std::filesystem::path& scratch, std::uint64_t expected_bytes);
  LmdbAppender(LmdbAppender&&) noexcept;
  LmdbAppender& operator=(LmdbAppender&&) noexcept;
  ~LmdbAppender();

  /// Keys must grow in byte order.
  Result<void> append(std::string key, std::string value);
  /// Commit, copy compactly to `folder`/data.mdb, add lock.mdb, sync. The SHA-256 of data.mdb.
  Result<Digest> finish(const std::filesystem::path& folder);
  /// How often the map had to grow; for tests.
  int growths() const;

 private:
  struct State;
  explicit LmdbAppender(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Walks a store read-only, without touching its lock file. Errors: `file.not_found`, `lmdb.corrupt`.
class LmdbCursor {
 public:
  static Result<LmdbCursor> open(const std::filesystem::path& folder);
  LmdbCursor(LmdbCursor&&) noexcept;
  LmdbCursor& operator=(LmdbCursor&&) noexcept;
  ~LmdbCursor();

  std::uint64_t count() const;
  /// False at the end. Lifetime: the views end with the next call.
  Result<bool> next(std::string_view& key, std::string_view& value);

 private:
  struct State;
  explicit LmdbCursor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace ava::format
