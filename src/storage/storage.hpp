// Objects by key: the interface every storage driver fills (file, http; later s3, kodo), synchronous and thread-safe.
// A key is a UTF-8 path of plain segments ("ava/p/datasets/猫/index.lst"); there are no folders, only prefixes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace ava::storage {

/// One object, or (is_prefix) a common prefix ending in '/'.
struct ObjectInfo {
  std::string key;
  std::uint64_t size_bytes = 0;
  TimeMs modified_ms = 0;
  bool is_prefix = false;
};

struct Page {
  std::vector<ObjectInfo> items;
  std::string next_cursor;  ///< empty: no more
};

struct ListQuery {
  std::string prefix;
  std::string cursor;        ///< next_cursor of the page before
  std::size_t limit = 1000;  ///< at most this many items
  bool folders = false;      ///< true: what lies behind the next '/' is one item with is_prefix (delimiter '/')
};

/// Bytes of one object, front to back. Thread: one at a time.
class Reader {
 public:
  virtual ~Reader() = default;
  /// Up to `size` bytes into `buffer`; 0 only at the end. Errors: as Storage::read.
  virtual Result<std::size_t> read(char* buffer, std::size_t size) = 0;
  /// Bytes at `offset`, without moving the stream. Errors: `storage.not_seekable` where the driver cannot.
  virtual Result<std::size_t> read_at(std::uint64_t offset, char* buffer, std::size_t size) = 0;
  /// Empty when the source does not say.
  virtual std::optional<std::uint64_t> size_bytes() const = 0;
};

/// A new object: nobody sees it before commit(); destroyed without commit() it leaves nothing. Thread: one at a time.
class Writer {
 public:
  virtual ~Writer() = default;
  /// Errors: `file.no_space`, `file.io`.
  virtual Result<void> write(std::string_view bytes) = 0;
  /// Make it visible at once and durable, replacing an object of that key.
  virtual Result<void> commit() = 0;
};

/// Errors of all calls: `object.not_found`, `storage.bad_key` (path tricks), `storage.outside_root`,
/// `storage.read_only`, `file.no_space`, `file.denied`, `file.io`. Thread: any number at once.
class Storage {
 public:
  virtual ~Storage() = default;
  /// The whole object. Errors: `object.too_large` above `limit_bytes`.
  virtual Result<std::string> read(std::string_view key, std::uint64_t limit_bytes) const = 0;
  virtual Result<std::unique_ptr<Reader>> open(std::string_view key) const = 0;
  virtual Result<std::unique_ptr<Writer>> create(std::string_view key) = 0;
  virtual Result<ObjectInfo> stat(std::string_view key) const = 0;
  /// Keys in byte order, unfinished objects left out.
  virtual Result<Page> list(const ListQuery& query) const = 0;
  /// Absent is fine.
  virtual Result<void> remove(std::string_view key) = 0;
  /// Everything below `prefix` (taken as a folder: "a/b" and "a/b/" are the same, "" is refused). Absent is fine.
  virtual Result<void> remove_tree(std::string_view prefix) = 0;
  /// Where the object or folder lies on this machine, for mounts and memory maps; empty for remote drivers.
  virtual std::optional<std::filesystem::path> local_path(std::string_view key) const = 0;
};

/// Call `visit` for every object below `prefix` in key order. Stops at the first error of `visit`.
Result<void> for_each(const Storage& storage, std::string_view prefix,
                      const std::function<Result<void>(const ObjectInfo&)>& visit, const std::stop_token& stop = {});
/// Write a whole object.
Result<void> put(Storage& storage, std::string_view key, std::string_view bytes);
/// Stream an object from one storage to another. Returns its size.
Result<std::uint64_t> copy(const Storage& from, std::string_view from_key, Storage& to, std::string_view to_key,
                           const std::stop_token& stop = {});
/// True when an error is of the store and not of one object: keys, clock, network, overload. What reads many objects
/// stops at it instead of counting every one of them as bad.
bool is_store_failure(const Error& error);
/// Errors: `storage.bad_key` unless the key is a relative path of plain segments.
Result<void> check_key(std::string_view key);

}  // namespace ava::storage
