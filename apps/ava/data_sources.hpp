// Where the offline tool finds the pictures of a list: options that several commands of `ava data` share.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "pipeline/specs.hpp"

namespace CLI {
class App;
}

namespace ava::cli {

struct SourceOptions {
  std::string base;
  std::vector<std::string> buckets;  ///< "name=URI"
  std::string storage_config;
};

void add_source_options(CLI::App& command, SourceOptions& options);

/// Whoever runs the offline tool may read what they may read; relative urls are below the list's folder.
/// Errors: `option.bad`, those of the storage configuration.
Result<pipeline::Sources> sources_of(const SourceOptions& options, const std::string& list);

}  // namespace ava::cli
