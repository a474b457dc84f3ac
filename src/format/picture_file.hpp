// A file of framed pictures being written once, front to back: pictures are handed to the kernel from where they lie,
// and the file's digest is made of theirs, so that no byte of them is copied or hashed a second time.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"

namespace ava::format {

/// Sequential output with an outline digest (docs/adr/0008): SHA-256 over what the caller puts into outline().
/// Memory: 4 MiB of pictures and frames. Errors: `file.no_space`, `file.denied`, `file.io`. Thread: not thread-safe.
class PictureFile {
 public:
  static Result<PictureFile> create(const std::filesystem::path& path);
  PictureFile(PictureFile&& other) noexcept;
  PictureFile& operator=(PictureFile&& other) noexcept;
  ~PictureFile();

  /// Bytes that are copied: frames, padding.
  Result<void> write(std::string_view bytes);
  /// `piece` lies in `picture`, which is kept until it is written.
  Result<void> write_picture(const std::shared_ptr<const std::string>& picture, std::string_view piece);
  /// A whole picture between bytes of ours; the outline gets these and the picture's digest, `known` or taken here.
  Result<void> write_sample(std::string_view head, const std::shared_ptr<const std::string>& picture,
                            const std::optional<Digest>& known, std::string_view tail);
  /// Write over bytes that were accepted before.
  Result<void> overwrite(std::uint64_t at, std::string_view bytes);
  Sha256& outline() { return outline_; }
  /// Bytes accepted so far; the offset of the next write.
  std::uint64_t offset() const { return offset_; }
  /// Write out, sync and close. Only afterwards is digest() known.
  Result<void> close();
  const Digest& digest() const { return digest_; }

 private:
  PictureFile(int fd, std::filesystem::path path);
  Result<void> flush();
  void gather(std::string_view bytes);

  int fd_ = -1;
  std::filesystem::path path_;
  std::unique_ptr<char[]> copies_;  ///< never moves: `pieces_` point into it
  std::size_t copied_ = 0;
  std::vector<iovec> pieces_;
  std::vector<std::shared_ptr<const std::string>> kept_;
  std::size_t waiting_ = 0;  ///< bytes of `pieces_`
  std::uint64_t offset_ = 0;
  std::uint64_t written_ = 0;    ///< given to the kernel
  std::uint64_t handed_on_ = 0;  ///< of these, given on to the disk
  Sha256 outline_;
  Digest digest_{};
};

}  // namespace ava::format
