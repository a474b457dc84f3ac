#include "worker/verify_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "storage/all.hpp"

namespace ava::worker {

using namespace pipeline;  // a job is its calls, put in order

namespace {

namespace fs = std::filesystem;

Result<fs::path> folder_of(const Target& target, const Sources& sources) {
  if (!target.folder.empty()) return fs::absolute(target.folder).lexically_normal();
  if (target.bucket.empty())
    return Error(ErrorCode::kInvalidArgument, "target.missing", "neither a folder nor a bucket is named");
  const auto bucket = sources.buckets.find(target.bucket);
  if (bucket == sources.buckets.end())
    return Error(ErrorCode::kInvalidArgument, "target.bucket_unknown", fmt::format("no bucket '{}'", target.bucket));
  AVA_TRY(const auto storage, storage::open(bucket->second, {.create_root = false}));
  const auto local = storage->local_path(target.prefix);
  if (!local)
    return Error(ErrorCode::kInvalidArgument, "target.not_local", "the sets do not lie on this machine")
        .hint("download the batch and run: ava data verify FOLDER");
  return *local;
}

/// Whoever reads the report knows the sets by their names, and nothing of this machine's folders.
std::string relative_name(const std::string& path, const fs::path& batch) {
  return fs::path(path).lexically_relative(batch).generic_string();
}

}  // namespace

Result<VerifyReport> run_verify(const VerifySpec& spec, const OnProgress& on_progress, const std::stop_token& stop) {
  AVA_TRY(const fs::path batch, folder_of(spec.target, spec.sources));
  auto verified = verify({batch}, on_progress, stop);
  const bool gone =
      !verified.ok() && (verified.error().slug() == "verify.nothing" || verified.error().slug() == "file.not_found");
  if (!verified.ok() && !gone) return std::move(verified).error();
  VerifyReport report = gone ? VerifyReport{} : *std::move(verified);
  for (VerifiedSet& set : report.sets) set.path = relative_name(set.path, batch);
  for (Problem& problem : report.problems) problem.set = relative_name(problem.set, batch);
  for (const std::string& name : spec.sets) {
    const bool there =
        std::any_of(report.sets.begin(), report.sets.end(), [&](const auto& s) { return s.path == name; });
    if (there) continue;
    ++report.problem_count;
    report.problems.insert(report.problems.begin(), {.set = name, .slug = "set.missing", .detail = "the set is gone"});
  }
  report.ok = report.problem_count == 0;
  return report;
}

}  // namespace ava::worker
