#include "format/format.hpp"

#include <fmt/format.h>

namespace ava::format {

Result<Digest> Format::outline_of(const std::filesystem::path& path) const {
  return Error(ErrorCode::kCorrupt, "digest.no_outline",
               fmt::format("the format {} has no outline of '{}'", name(), path.filename().string()));
}

}  // namespace ava::format
