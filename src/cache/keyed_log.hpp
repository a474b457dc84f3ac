// Bytes by key on disk, for what can be made again: append-only segments, each a file of bytes and an index of fixed
// entries with checksums. Nothing in it is trusted: what is torn, damaged or gone is simply not found.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "cache/key_table.hpp"

namespace ava::cache {

/// What is kept for a key: a few numbers of the caller's, and bytes.
struct Kept {
  std::array<std::uint32_t, 5> numbers{};
  std::string bytes;
  bool by_this_run = false;  ///< found: it was kept through this very object, not before it was opened
};

/// Several processes may use one folder: each appends to a segment of its own, and sees what the others had when it
/// opened the folder. When the bound is passed the segments go that were not used for longest.
/// Thread: any number at once. Errors: open() alone; find() finds nothing and keep() keeps nothing when the disk fails.
class KeyedLog {
 public:
  /// `max_bytes` 0: no bound. Errors: `file.*` when the folder cannot be made or read.
  static Result<std::shared_ptr<KeyedLog>> open(const std::filesystem::path& folder, std::uint64_t max_bytes);
  ~KeyedLog();
  KeyedLog(const KeyedLog&) = delete;
  KeyedLog& operator=(const KeyedLog&) = delete;

  std::optional<Kept> find(const Digest& key);
  void keep(const Digest& key, const std::array<std::uint32_t, 5>& numbers, std::string_view bytes);

  /// Entries that can be found.
  std::size_t size() const;
  /// Bytes of all segments, as far as this process knows.
  std::uint64_t bytes() const;

 private:
  struct Segment;
  struct Entry;
  KeyedLog(std::filesystem::path folder, std::uint64_t max_bytes);
  Result<void> load();
  void load_segment(const std::filesystem::path& index);
  bool begin_segment();
  bool go_on_with(Segment& segment);
  void evict();
  std::optional<Kept> read(Segment& segment, std::uint32_t at, const Digest& key) const;

  const std::filesystem::path folder_;
  const std::uint64_t max_bytes_;
  const std::uint64_t segment_bytes_;
  mutable std::mutex mutex_;
  KeyTable table_;
  std::vector<std::shared_ptr<Segment>> segments_;  ///< by number; empty where one was dropped
  std::shared_ptr<Segment> mine_;                   ///< the one this process appends to
  std::uint64_t bytes_ = 0;
  bool full_ = false;  ///< nothing more is kept: the disk is full, or others hold everything
};

}  // namespace ava::cache
