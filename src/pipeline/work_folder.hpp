// The folder a result is made in before anybody sees it: beside its final place, locked, wiped when a killed run left
// it (but for its spool of finished pictures), and renamed into place (or uploaded, manifest last) at the end.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "pipeline/specs.hpp"
#include "storage/storage.hpp"

namespace ava::pipeline {

/// Removed with everything in it unless published, or unless there is something in its spool. Thread: not thread-safe.
class WorkFolder {
 public:
  /// Errors: `target.missing`, `target.bucket_unknown`, `target.busy` (another run works on it), `file.*`, `storage.*`.
  static Result<std::unique_ptr<WorkFolder>> open(const Target& target, const Sources& sources);
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  /// Remove what earlier attempts left, their spool too. Errors: as open().
  static Result<void> discard(const Target& target, const Sources& sources);

  const std::filesystem::path& path() const { return work_; }
  /// What is put there stays for the next attempt if this one does not publish.
  std::filesystem::path spool() const { return work_ / ".spool"; }
  Result<void> remove_spool();
  /// A file of an earlier result at the target, e.g. its manifest; empty when there is none.
  Result<std::optional<std::string>> existing(std::string_view name) const;
  /// Make everything visible at once (local) or with `last` as the last object (remote).
  /// Errors: `target.exists` when something else is there.
  Result<void> publish(std::string_view last, const std::stop_token& stop);

 private:
  WorkFolder() = default;
  Result<void> prepare();
  /// Everything but the spool.
  Result<void> wipe();
  Result<void> upload(std::string_view last, const std::stop_token& stop);

  std::filesystem::path work_;
  std::filesystem::path final_;  ///< empty for a remote bucket
  std::shared_ptr<storage::Storage> storage_;
  std::string prefix_;
  int lock_ = -1;
  bool published_ = false;
};

}  // namespace ava::pipeline
