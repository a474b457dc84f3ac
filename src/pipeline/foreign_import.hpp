// Label formats of others on their way into a list: the importer is chosen, run, and its items and rejects written.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "exchange/all.hpp"
#include "pipeline/progress_meter.hpp"
#include "pipeline/rejects.hpp"

namespace ava::pipeline {

struct ForeignSource {
  exchange::Tree tree;
  std::string focus;       ///< one file of the tree, or empty
  std::string as;          ///< importer; empty or "auto": told by content
  std::string options;     ///< JSON of that importer
  std::string label;       ///< name of the labels to write
  std::string url_prefix;  ///< before names of the tree
  bool labels_only = false;
  bool fail_on_reject = false;
  /// Keeps a picture that a label file holds; empty where nothing can be written.
  std::function<Result<void>(std::string_view name, std::string_view bytes)> store;
};

struct ForeignImport {
  std::string importer;
  std::string reason;  ///< why this importer
  exchange::Counts counts;
};

/// Write the canonical lines of `source` to `list`.
/// Errors: `import.*`, `list.rejected` (with fail_on_reject), those of the importer.
Result<ForeignImport> import_foreign(const ForeignSource& source, const std::filesystem::path& list,
                                     const exchange::Sink::OnReject& on_reject, ProgressMeter& meter,
                                     const std::stop_token& stop);

/// The first bad line as the error of an import that was told to take none.
Error rejected_error(const sample::Reject& reject);

}  // namespace ava::pipeline
