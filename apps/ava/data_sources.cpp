#include "data_sources.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdlib>
#include <filesystem>

#include "pipeline/sources.hpp"
#include "storage/storage_config.hpp"

namespace ava::cli {

namespace fs = std::filesystem;

void add_source_options(CLI::App& command, SourceOptions& options) {
  command.add_option("--base", options.base, "Folder of relative urls; default: that of the list");
  command.add_option("--bucket", options.buckets,
                     "NAME=URI: where qiniu:///NAME/... lies: file:, s3: or qiniu: address; may be repeated");
  command.add_option("--storage-config", options.storage_config,
                     "JSON file of buckets with their addresses and keys; default: AVA_STORAGE_CONFIG");
}

Result<pipeline::Sources> sources_of(const SourceOptions& options, const std::string& list) {
  pipeline::Sources sources;
  if (!options.storage_config.empty())
    ::setenv(storage::kConfigVariable, options.storage_config.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  const char* file = std::getenv(storage::kConfigVariable);                 // NOLINT(concurrency-mt-unsafe)
  if (file != nullptr && *file != '\0') {
    AVA_TRY(const storage::StorageConfig config, storage::load_storage_config(file));
    for (const auto& [name, entry] : config.buckets) sources.buckets[name] = entry.uri;
  }
  for (const std::string& text : options.buckets) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error(ErrorCode::kInvalidArgument, "option.bad", fmt::format("--bucket '{}' is not NAME=URI", text));
    sources.buckets[text.substr(0, equals)] = text.substr(equals + 1);
  }
  sources.base_folder = !options.base.empty()    ? fs::absolute(options.base).string()
                        : pipeline::is_url(list) ? std::string()
                                                 : fs::absolute(list).parent_path().string();
  sources.local_roots = {"/"};
  return sources;
}

}  // namespace ava::cli
