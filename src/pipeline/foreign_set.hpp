// Opens training sets that AVA did not make: a RecordIO file with or without its index, an LMDB of Caffe's, or a folder
// any driver can read, though no manifest says what it is.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "format/format.hpp"
#include "pipeline/manifest.hpp"

namespace ava::pipeline {

struct ForeignSet {
  std::string format;                      ///< the driver's name
  std::vector<std::string> classes;        ///< of labels.csv; empty: it has none, and classes are numbers
  std::unique_ptr<format::Reader> reader;  ///< count() is 0 where only reading to the end tells
};

/// `path` is a folder, or a .rec or .mdb file in one. More is accepted than from AVA's own writers: any keys, any ids.
/// Errors: `file.not_found`, `set.unknown` (nothing there that a driver reads), `set.other_kind` (not Caffe's), those
/// of the drivers.
Result<ForeignSet> open_foreign(const std::filesystem::path& path);

/// The reader of a set with a manifest: the driver's, which is strict, or where another tool wrote the set, the one
/// above. Errors: `format.unknown`, those of opening.
Result<std::unique_ptr<format::Reader>> open_listed(const std::filesystem::path& folder, const SetManifest& manifest);

}  // namespace ava::pipeline
