// Reads a COCO set AVA wrote, line by line. Files of others are read by src/exchange.
#pragma once

#include <filesystem>
#include <memory>

#include "format/format.hpp"

namespace ava::format {

/// `json`: the instances file; `pictures`: the folder of its pictures.
/// Errors: kCorrupt `coco.corrupt` when its parts are not those AVA writes; of a sample, also `coco.missing_picture`.
Result<std::unique_ptr<Reader>> open_coco_reader(const std::filesystem::path& json,
                                                 const std::filesystem::path& pictures);

}  // namespace ava::format
