// The blocks of a tar archive: ustar headers, with a PAX record where ustar has no room, and a reader that walks them.
// Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header".
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "format/in_file.hpp"

namespace ava::format {

inline constexpr std::uint64_t kTarBlock = 512;

/// What stands before the bytes of a regular file. No time, no owner: the same file gives the same bytes.
std::string tar_header(std::string_view name, std::uint64_t size);
/// How many zero bytes follow a file of this size.
std::uint64_t tar_padding(std::uint64_t size);
/// What an archive ends with.
std::string tar_end();

/// Walks an archive of regular files; another kind of entry counts as damage.
/// Errors: `file.io`, kCorrupt `tar.corrupt` naming the byte; afterwards the walk goes on at the next header.
class TarReader {
 public:
  /// `window`: see InFile.
  static Result<TarReader> open(const std::filesystem::path& path, std::uint64_t window = std::uint64_t{1} << 20);

  /// Go to the next file; false at the end.
  Result<bool> next();
  const std::string& name() const { return name_; }
  std::uint64_t size() const { return size_; }
  /// The file's bytes; once, and before the next next().
  Result<std::string_view> bytes();
  /// The blocks between the last file's bytes and this one's: padding and headers; at the end, all that is left.
  const std::string& frame() const { return frame_; }

 private:
  explicit TarReader(InFile file) : file_(std::move(file)) {}
  /// Skip what is left of the file before this place.
  Result<void> leave();
  Result<std::string_view> block();
  Result<bool> read_end();
  Result<bool> read_pax_header(std::uint64_t size);
  Error corrupt(std::uint64_t at, std::string_view what);
  /// corrupt(), after moving on to the next header.
  Result<bool> fail(std::uint64_t at, std::string_view what);

  InFile file_;
  std::string name_;
  std::uint64_t size_ = 0;
  std::uint64_t begin_ = 0;  ///< where the file's bytes begin
  bool inside_ = false;      ///< in a file's bytes
  bool done_ = false;
  std::optional<std::string> pax_path_;
  std::optional<std::uint64_t> pax_size_;
  std::string frame_;
};

}  // namespace ava::format
