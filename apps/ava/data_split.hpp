// How commands that make training sets are told the parts: options that `ava data format` and `ava dataset format`
// share.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "pipeline/split_by.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace ava::cli {

struct SplitOptions {
  double train = 70;
  double val = 30;
  double test = 0;
  std::vector<std::string> split;            ///< "train=70%" or "train=2000"
  std::string split_by;                      ///< "list" or a file; empty: --split, or the percentages
  std::vector<const CLI::Option*> percents;  ///< --train, --val, --test: were they given?
};

/// `files`: --split-by takes a file, too.
void add_split_options(CLI::App& command, SplitOptions& options, bool files);

struct SplitChoice {
  pipeline::SplitBy by = pipeline::SplitBy::kPercent;
  std::map<std::string, double> percent;
  std::map<std::string, std::uint64_t> counts;
  std::string file;
};
/// Errors: `split.bad` when the options contradict each other.
Result<SplitChoice> split_choice(const SplitOptions& options);

}  // namespace ava::cli
