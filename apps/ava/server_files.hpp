// Files the server needs on disk that come inside the executable: the Python SDK for containers.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace ava::cli {

/// Unpack the SDK to <data>/sdk/<digest>/ once; containers mount it. Returns that folder.
Result<std::filesystem::path> install_sdk(const std::filesystem::path& data);
/// Path of this program, for starting workers.
Result<std::filesystem::path> own_executable();

}  // namespace ava::cli
