// LMDB behind RAII and Results: a store being walked. Stores are written by lmdb_file.hpp.
// Only lmdb_env.cpp includes lmdb.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ava::format {

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
