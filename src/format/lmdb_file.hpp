// An LMDB data file written once, front to back, without LMDB: records come in key order and never change, so every
// page has its final place when it is made. liblmdb reads it (lmdb_env.hpp); its layout is in docs/formats/sets.md.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "format/picture_file.hpp"

namespace ava::format {

/// Longest key LMDB takes.
inline constexpr std::size_t kLmdbMaxKey = 511;
inline constexpr std::size_t kLmdbPage = 4096;

/// A leaf or branch page being filled: offsets of the nodes grow from the front, the nodes from the back.
class LmdbPage {
 public:
  enum Kind : std::uint16_t { kBranch = 1, kLeaf = 2 };
  bool empty() const { return count_ == 0; }
  /// Bytes of a node of such a key and content, with its offset.
  static std::size_t cost(std::size_t key, std::size_t content);
  bool fits(std::size_t key, std::size_t content) const { return upper_ - lower_ >= cost(key, content); }
  /// `head`: the eight bytes before the key. Returns the place of the content, which follows the key.
  char* add(const std::array<std::uint16_t, 4>& head, std::string_view key, std::size_t content);
  /// The complete page; it begins anew.
  std::array<char, kLmdbPage> take(std::uint64_t number, Kind kind);

 private:
  static constexpr std::size_t kHeader = 16;
  std::array<char, kLmdbPage> bytes_{};
  std::size_t count_ = 0;
  std::size_t lower_ = kHeader;
  std::size_t upper_ = kLmdbPage;
};

/// Memory: what waits to be written, and one page per level of the tree.
/// Errors: `lmdb.key_too_long`, `lmdb.failed` (keys do not grow), and those of PictureFile. Thread: not thread-safe.
class LmdbFile {
 public:
  static Result<LmdbFile> create(const std::filesystem::path& path);

  /// Keys must grow in byte order. The value is `head`, `body`, `tail`; `known` is the SHA-256 of body, if it is known.
  Result<void> append(std::string_view key, std::string_view head, const std::shared_ptr<const std::string>& body,
                      const std::optional<Digest>& known, std::string_view tail);
  /// The rest of the tree and the two meta pages; sync and close.
  Result<void> close();
  std::uint64_t bytes() const { return next_ * kLmdbPage; }
  /// The outline: all pages from the third on with the bodies of large values as their SHA-256; then the meta pages.
  const Digest& digest() const { return file_.digest(); }

 private:
  struct Child {
    std::string key;  ///< the first below it
    std::uint64_t page = 0;
  };
  struct Level {
    std::vector<Child> children;  ///< of the branch page being made
    std::size_t bytes = 0;
  };
  explicit LmdbFile(PictureFile file) : file_(std::move(file)) {}
  Result<void> put_page(const std::array<char, kLmdbPage>& page);
  Result<std::uint64_t> put_overflow(std::string_view head, const std::shared_ptr<const std::string>& body,
                                     const std::optional<Digest>& known, std::string_view tail);
  Result<void> put_leaf();
  Result<std::uint64_t> put_branch(const std::vector<Child>& children);
  Result<void> add_child(std::size_t level, Child child);
  Result<void> put_tree();
  std::string meta_pages() const;

  PictureFile file_;
  LmdbPage leaf_;
  std::string first_key_;  ///< of the leaf
  std::string last_key_;
  std::deque<Level> levels_;
  std::uint64_t next_ = 2;  ///< page; the first two are the meta pages
  std::uint64_t entries_ = 0;
  std::uint64_t leaves_ = 0;
  std::uint64_t branches_ = 0;
  std::uint64_t overflows_ = 0;
  std::uint64_t root_ = ~std::uint64_t{0};
  std::uint16_t depth_ = 0;
};

/// The digest() of a finished file, from its bytes alone. Errors: `file.not_found`, `lmdb.corrupt`.
Result<Digest> lmdb_outline_of(const std::filesystem::path& path);

}  // namespace ava::format
