#include "pipeline/verify_foreign.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "base/file.hpp"
#include "pipeline/list_diff.hpp"
#include "pipeline/manifest.hpp"

namespace ava::pipeline {

namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 3;  // as verify() looks

/// The first set of AVA's at `path` or below, by name.
std::optional<fs::path> first_set(const fs::path& path, int depth = kDeepest) {
  std::error_code ignored;
  if (fs::exists(path / kSetFile, ignored)) return path;
  if (depth == 0 || !fs::is_directory(path, ignored)) return std::nullopt;
  std::vector<fs::path> below;
  for (const auto& entry : fs::directory_iterator(path, ignored))
    if (entry.is_directory(ignored) && !entry.path().filename().string().starts_with('.'))
      below.push_back(entry.path());
  std::sort(below.begin(), below.end());
  for (const fs::path& folder : below)
    if (auto found = first_set(folder, depth - 1)) return found;
  return std::nullopt;
}

Problem problem_of(const std::string& set, const SampleChange& change) {
  Problem problem{.set = set, .file = {}, .sample = {}, .url = change.key, .slug = {}, .detail = {}};
  if (change.kind == "added") {
    problem.sample = std::to_string(change.index_b);
    problem.slug = "sample.unknown";
    problem.detail = "no such picture is in the set it is held against";
  } else if (change.kind == "removed") {
    problem.sample = std::to_string(change.index_a);
    problem.slug = "sample.missing";
    problem.detail = "the set does not hold this picture";
  } else {
    problem.sample = std::to_string(change.index_b);
    problem.slug = "sample.label_differs";
    problem.detail = fmt::format("{}", fmt::join(change.details, "; "));
  }
  return problem;
}

Result<void> compare(const fs::path& known, const fs::path& foreign, VerifyReport& report,
                     const OnProgress& on_progress, const std::stop_token& stop) {
  AVA_TRY(const auto gallery, Gallery::open(foreign.string(), {}));
  DiffOptions options{.a = known.string(), .b = foreign.string(), .same_by = SameBy::kPicture, .show = kMostProblems};
  AVA_TRY(const DiffReport found, diff(options, on_progress, stop));
  for (const SampleChange& change : found.changes)
    if (report.problems.size() < kMostProblems) report.problems.push_back(problem_of(foreign.string(), change));
  report.problem_count += found.added + found.removed + found.changed;
  report.sets.push_back({.path = foreign.string(),
                         .format = gallery->format(),
                         .split = {},
                         .batch = {},
                         .sample_count = found.items_b,
                         .ok = found.equal()});
  return {};
}

}  // namespace

Result<VerifyReport> verify_with_foreign(const std::vector<fs::path>& paths, const OnProgress& on_progress,
                                         const std::stop_token& stop) {
  std::vector<fs::path> ours;
  std::vector<fs::path> foreign;
  std::optional<fs::path> known;
  for (const fs::path& path : paths) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return file::error_of(ENOENT, "open", path);
    const auto set = first_set(path);
    (set ? ours : foreign).push_back(path);
    if (set && !known) known = set;
  }
  if (foreign.empty()) return verify(ours, on_progress, stop);
  VerifyReport report;
  if (!ours.empty()) {
    AVA_TRY(report, verify(ours, on_progress, stop));
  } else if (foreign.size() == 1) {
    return Error(
               ErrorCode::kInvalidArgument, "verify.nothing",
               fmt::format("'{}' has no manifest, and nothing else was named to hold it against", foreign[0].string()))
        .hint("name a batch or a set that AVA made, too, or another set");
  } else {
    known = foreign.front();
    foreign.erase(foreign.begin());
  }
  for (const fs::path& path : foreign) AVA_CHECK(compare(*known, path, report, on_progress, stop));
  report.ok = report.problem_count == 0;
  return report;
}

}  // namespace ava::pipeline
