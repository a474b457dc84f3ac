// Unpacks an archive of pictures and makes the list lines of what was in it.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/rejects.hpp"
#include "sample/list_reader.hpp"
#include "storage/storage.hpp"

namespace ava::pipeline {

struct ArchiveList {
  sample::ByteSource lines;  ///< a list as it would have been uploaded
  std::string url_prefix;    ///< of relative urls in it
  std::uint64_t picture_bytes = 0;
};

/// Unpack the pictures below `folder`/pictures; `url_prefix` ends where a picture's name in the archive begins.
/// A list at the top of the archive is used; else the folders are classes of the label `label`. One folder that holds
/// everything is looked through.
/// Errors: `archive.*`, `file.no_space`.
Result<ArchiveList> unpack_pictures(storage::Reader& archive, const std::filesystem::path& folder,
                                    const std::string& url_prefix, const std::string& label, Rejects& rejects,
                                    ProgressMeter& meter, const std::stop_token& stop);

}  // namespace ava::pipeline
