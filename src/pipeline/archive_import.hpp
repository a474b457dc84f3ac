// Unpacks an archive of pictures and label files into a folder that an importer can read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>

#include "base/result.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/rejects.hpp"
#include "storage/storage.hpp"

namespace ava::pipeline {

inline constexpr std::string_view kPicturesFolder = "pictures/";

/// Unpack pictures and label files below `folder`/pictures; what is neither is listed (`not_a_picture`) or, like notes
/// and hidden files, left. Answers the bytes of the pictures. Errors: `archive.*`, `file.no_space`.
Result<std::uint64_t> unpack_pictures(storage::Reader& archive, const std::filesystem::path& folder, Rejects& rejects,
                                      ProgressMeter& meter, const std::stop_token& stop);
/// Remove the label files again: a dataset keeps pictures.
Result<void> remove_label_files(const std::filesystem::path& folder, const std::stop_token& stop);

}  // namespace ava::pipeline
