// Proves sets: every sample read back and compared with what the manifest says of it, every file with its digest, the
// roots recomputed, the sets of one batch compared with each other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "pipeline/manifest.hpp"
#include "pipeline/specs.hpp"

namespace ava::pipeline {

/// More are counted, not kept.
constexpr std::size_t kMostProblems = 100;

struct Problem {
  std::string set;     ///< folder
  std::string file;    ///< relative to the set; empty when it is about a sample
  std::string sample;  ///< "train/12"; empty when it is about a file
  std::string url;     ///< of that sample
  std::string slug;
  std::string detail;
};
void describe(schema::Visitor& v, Problem& x);

struct VerifiedSet {
  std::string path;
  std::string format;
  std::string split;
  std::string batch;
  std::uint64_t sample_count = 0;  ///< read back
  bool ok = false;
};
void describe(schema::Visitor& v, VerifiedSet& x);

struct VerifyReport {
  bool ok = false;
  std::string root;  ///< of the batch, recomputed where all its parts were given
  std::vector<VerifiedSet> sets;
  std::vector<Problem> problems;  ///< at most kMostProblems
  std::uint64_t problem_count = 0;
};
void describe(schema::Visitor& v, VerifyReport& x);

/// Each path is a set, a batch, or a folder with either below it. Damage is no Error: it is in the report.
/// Errors: `verify.nothing` (no set there), `file.not_found`, `job.cancelled`.
Result<VerifyReport> verify(const std::vector<std::filesystem::path>& paths, const OnProgress& on_progress = {},
                            const std::stop_token& stop = {});

}  // namespace ava::pipeline
