// SQL of formatted sets, and nothing else. Deleted sets stay as tombstones for the trainings that name them (D-13).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dataset/dataset_repo.hpp"
#include "dataset/formatted_set.hpp"
#include "db/db.hpp"
#include "db/page.hpp"

namespace ava::dataset {

struct SetFilter {
  std::string dataset_id;  ///< empty: all; likewise below
  std::string state;
  std::string split;
  db::PageRequest page;
};

struct WrittenSet {
  std::int64_t sample_count = 0;
  std::int64_t class_count = 0;
  std::int64_t byte_count = 0;
  double percent = 0;
};

/// Errors of all: those of db::Tx. Thread: as the transaction.
class FormattedSetRepo {
 public:
  static Result<void> insert(db::Tx& tx, const FormattedSet& set);
  /// `with_deleted`: also a tombstone.
  static Result<std::optional<FormattedSet>> find(db::Tx& tx, const FormattedSetId& id, bool with_deleted = false);
  static Result<std::vector<FormattedSet>> list(db::Tx& tx, const SetFilter& filter);
  static Result<std::vector<FormattedSet>> of_batch(db::Tx& tx, const std::string& batch);
  static Result<void> set_job(db::Tx& tx, const std::string& batch, const std::string& job_id);
  static Result<void> set_progress(db::Tx& tx, const std::string& batch, double progress);
  static Result<void> finish(db::Tx& tx, const FormattedSetId& id, const WrittenSet& written, TimeMs now);
  /// All sets of a batch that are still creating.
  static Result<void> fail_batch(db::Tx& tx, const std::string& batch, const std::string& error_json, TimeMs now);
  static Result<int> mark_deleted(db::Tx& tx, const FormattedSetId& id, TimeMs now);
  /// Deleted sets whose objects may still lie in the storage.
  static Result<std::vector<FormattedSet>> to_purge(db::Tx& tx);
  static Result<void> mark_purged(db::Tx& tx, const FormattedSetId& id, TimeMs now);
  /// Trainings that are queued, starting or running with this set.
  static Result<std::vector<UsedBy>> used_by(db::Tx& tx, const FormattedSetId& id);
};

}  // namespace ava::dataset
