// A file being written once, front to back: buffered, hashed while it is written, synced when closed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/result.hpp"

namespace ava::format {

/// Sequential output whose SHA-256 is known when it ends, so that nothing is read again for the manifest.
/// Errors: `file.no_space`, `file.denied`, `file.io`. Thread: not thread-safe.
class OutFile {
 public:
  static Result<OutFile> create(const std::filesystem::path& path);
  OutFile(OutFile&& other) noexcept;
  OutFile& operator=(OutFile&& other) noexcept;
  ~OutFile();

  Result<void> write(std::string_view bytes);
  /// Bytes accepted so far; the offset of the next write.
  std::uint64_t offset() const { return offset_; }
  /// Write out, sync and close. Only afterwards is digest() known.
  Result<void> close();
  const Digest& digest() const { return digest_; }

 private:
  OutFile(int fd, std::filesystem::path path);
  Result<void> flush();
  Result<void> put(std::string_view bytes);

  int fd_ = -1;
  std::filesystem::path path_;
  std::string buffer_;
  std::uint64_t offset_ = 0;
  std::uint64_t written_ = 0;    ///< given to the kernel
  std::uint64_t handed_on_ = 0;  ///< of these, given on to the disk
  Sha256 hash_;
  Digest digest_{};
};

}  // namespace ava::format
