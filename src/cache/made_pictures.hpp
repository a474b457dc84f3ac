// Pictures that were made ready for a set before: in any job (the cache, by content), or by an earlier attempt at this
// very job (the spool, by url). Saves decoding, resizing and, for the spool, fetching; never changes a byte.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "cache/keyed_log.hpp"
#include "image/codec.hpp"

namespace ava::cache {

/// Who has made a picture.
enum class MadeBy : std::uint8_t { kThisRun, kEarlierAttempt, kCache };

/// A picture as sets hold it, and the size it came in.
struct MadePicture {
  std::string bytes;
  image::Kind kind = image::Kind::kUnknown;
  int width = 0;
  int height = 0;
  int source_width = 0;
  int source_height = 0;
  bool as_fetched = false;  ///< nothing had to be changed: `bytes` are those of the source
  MadeBy by = MadeBy::kThisRun;
};

/// Where finished pictures are looked for, and how they were made.
struct MadeOptions {
  std::filesystem::path cache;    ///< empty: none
  std::uint64_t cache_bytes = 0;  ///< at most; 0: no bound
  std::filesystem::path spool;    ///< of the job; empty: none
  std::string list;               ///< digest of the job's list: a spool of another list is of another job
  std::string transform;          ///< everything that decides what a source becomes
  bool transforms = false;        ///< false: sources are kept as they are, and only fetching can be saved
};

/// Thread: any number at once. A cache that cannot be used is warned of and done without.
class MadePictures {
 public:
  static std::shared_ptr<MadePictures> open(const MadeOptions& options);

  /// Is a picture worth a place in the spool? Where nothing is changed, a copy of a local one costs what it saves.
  bool spools(bool remote) const { return spool_ != nullptr && (remote || (transforms_ && cache_ == nullptr)); }
  bool caches() const { return cache_ != nullptr; }
  /// `stamp`: when a local picture was changed last; empty for one of another machine.
  Digest key_of_url(std::string_view url, std::string_view stamp) const;
  Digest key_of_content(std::string_view source) const;

  Digest key_of_content(const Digest& source) const;

  /// With `as_fetched`, its bytes are not there: the caller has them or can fetch them.
  std::optional<MadePicture> find_spooled(const Digest& key) const {
    return find(spool_.get(), key, MadeBy::kEarlierAttempt);
  }
  std::optional<MadePicture> find_cached(const Digest& key) const { return find(cache_.get(), key, MadeBy::kCache); }
  void keep_spooled(const Digest& key, const MadePicture& picture, bool remote) {
    if (spool_ != nullptr && spool_->bytes() < spool_limit_) keep(spool_.get(), key, picture, remote);
  }
  void keep_cached(const Digest& key, const MadePicture& picture) { keep(cache_.get(), key, picture, false); }

  /// Of a transform that makes a number of a picture.
  std::optional<std::uint64_t> find_number(const Digest& key) const;
  void keep_number(const Digest& key, std::uint64_t number);

  /// How many the next attempt will find.
  std::size_t spooled() const { return spool_ == nullptr ? 0 : spool_->size(); }

 private:
  static std::optional<MadePicture> find(KeyedLog* log, const Digest& key, MadeBy by);
  static void keep(KeyedLog* log, const Digest& key, const MadePicture& picture, bool with_source);
  Digest key_of(std::string_view kind, std::string_view what, std::string_view stamp) const;

  std::shared_ptr<KeyedLog> cache_;
  std::shared_ptr<KeyedLog> spool_;
  std::uint64_t spool_limit_ = 0;
  std::string transform_;
  bool transforms_ = false;
};

}  // namespace ava::cache
