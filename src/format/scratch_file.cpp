#include "format/scratch_file.hpp"

#include <utility>

#include "base/file.hpp"
#include "format/in_file.hpp"

namespace ava::format {

Result<ScratchFile> ScratchFile::create(const std::filesystem::path& path) {
  AVA_TRY(OutFile out, OutFile::create(path));
  return ScratchFile(std::move(out), path);
}

Result<void> ScratchFile::drain(const std::function<Result<void>(std::string_view piece)>& take) {
  constexpr std::uint64_t kPiece = 1u << 20;
  AVA_CHECK(out_.close());
  AVA_TRY(InFile in, InFile::open(path_, kPiece));
  while (in.left() > 0) {
    AVA_TRY(const std::string_view piece, in.take(kPiece));
    if (piece.empty()) return Error(ErrorCode::kUnavailable, "file.io", "a scratch file became shorter");
    AVA_CHECK(take(piece));
  }
  return file::remove_tree(path_);
}

}  // namespace ava::format
