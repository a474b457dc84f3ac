// `ava data check --quality`: its options and what it prints; data_check.cpp calls it.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "data_sources.hpp"
#include "pipeline/quality.hpp"

namespace ava::cli {

struct QualityCommand {
  bool wanted = false;
  bool strict = false;
  bool no_pictures = false;
  std::string classes;  ///< file
  SourceOptions sources;
  pipeline::QualityOptions options;
};

void add_quality_options(CLI::App& command, QualityCommand& quality);
/// Exit code: 0, or 8 when there are errors and `strict`.
Result<int> run_quality(const QualityCommand& quality, bool json, const std::stop_token& stop);

}  // namespace ava::cli
